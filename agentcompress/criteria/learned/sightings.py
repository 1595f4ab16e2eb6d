"""Where each atom of a context was seen, and whether calls went on to use it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.mentions import Mentions, Numbers, mentions_of
from agentcompress.values import Context

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Sightings:
    """The mentions of a context's atoms, told apart by who said them."""

    context: Context
    """What may be shown."""
    mentions: Mentions
    """Which segment mentions which atom."""
    called: Flags
    """Whether each segment is a call, shape (segments,)."""
    tool: Flags
    """Whether each segment is of a tool output, shape (segments,)."""

    @classmethod
    def of(cls, context: Context) -> Self:
        """What is seen in a context."""
        segments = context.segments
        return cls(
            context=context,
            mentions=mentions_of([segment.atoms for segment in segments]),
            called=np.array([segment.kind == "call" for segment in segments], dtype=bool),
            tool=np.array([segment.role == "tool" for segment in segments], dtype=bool),
        )

    @property
    def count(self) -> int:
        """How many atoms there are."""
        return len(self.mentions.names)

    @cached_property
    def firsts(self) -> Numbers:
        """The segment that mentions each atom first, shape (atoms,)."""
        return self.mentions.segments[self.mentions.firsts]

    @cached_property
    def ages(self) -> Floats:
        """Steps since each segment was said, 1 for the newest, shape (segments,)."""
        steps = np.array([group.step for group in self.context.groups], dtype=np.float64)
        ages: Floats = np.maximum(self.context.step - steps, 1.0)[self.context.group_of]
        return ages

    @cached_property
    def only_tools(self) -> Flags:
        """Whether nothing but tool outputs has each atom, shape (atoms,)."""
        shown = map(self.context.visible.__contains__, self.mentions.names)
        open_ = ~np.fromiter(shown, dtype=bool, count=self.count)
        open_[self.mentions.numbers[~self.tool[self.mentions.segments]]] = False
        return open_

    @cached_property
    def used(self) -> Flags:
        """Whether a tool output had each atom first and a later call has it too, shape (atoms,)."""
        last_call = np.full(self.count, -1)
        in_call = self.called[self.mentions.segments]
        np.maximum.at(last_call, self.mentions.numbers[in_call], self.mentions.segments[in_call])
        used: Flags = self.tool[self.firsts] & (last_call > self.firsts)
        return used

    def most(self, values: Floats, default: float) -> Floats:
        """The highest value that a mention outside of calls gives each atom, shape (atoms,).

        Args:
            values: One a mention, shape (mentions,).
            default: Of atoms that calls alone have.
        """
        found = np.full(self.count, -np.inf)
        outside = ~self.called[self.mentions.segments]
        np.maximum.at(found, self.mentions.numbers[outside], values[outside])
        return np.where(np.isfinite(found), found, default)
