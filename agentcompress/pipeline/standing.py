"""What a call leaves behind, so that the next one of the same conversation looks at what is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import is_
from typing import Any

from agentcompress.recent import Recent
from agentcompress.values import Message, MessageCodec, Plan

from .history import History
from .rendering import View

_MARKED_LATER = 512
"""Newest messages among which one that left is seen to have been marked since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A conversation as it was after a call."""

    raw: Sequence[Any] = ()
    """The messages as they came."""
    history: History = field(default_factory=History)
    """The same, read."""
    plan: Plan = field(default_factory=Plan)
    """What the call decided."""
    views: Sequence[View] = ()
    """What the plan shows."""

    def holds(self, codec: MessageCodec, read: Callable[[Any], Message]) -> bool:
        """Whether what was shown says what it said, and none of the newest messages is to be pinned since.

        What was not shown may say anything by now.

        Args:
            codec: Tells which messages are marked to be pinned.
            read: Reads a message, to the same object where it is unchanged.
        """
        messages = self.history.messages
        newest = max(0, len(self.raw) - _MARKED_LATER)
        # Those that were marked before are shown, so they are marked still.
        marked = sum(messages[index].pinned for index in self.history.hard if index >= newest)
        return codec.pinned(self.raw[newest:]) == marked and all(
            read(self.raw[view.of]) is messages[view.of] for view in self.views
        )


class Standings:
    """What the newest calls left behind; what was used longest ago is forgotten first; thread-safe.

    A long run sends the same objects at every call. One that left the prompt is told by its
    identity alone: whatever a host changes in it, it is not shown.

    Args:
        size: Of all that is remembered, at most, in characters.
    """

    def __init__(self, size: int = 32_000_000) -> None:
        self._left = Recent[int, Standing](size, lambda _, left: left.history.size)

    def find(self, raw: Sequence[Any], plan: Plan) -> Standing:
        """What the call left that these messages go on from and this plan came of; else an empty one."""
        found = next((left for one in reversed(raw) if (left := self._left.get(id(one)))), Standing())
        fits = len(found.raw) <= len(raw) and all(map(is_, found.raw, raw)) and found.plan == plan
        return found if fits else Standing()

    def put(self, standing: Standing) -> None:
        """Remembers what a call left behind."""
        if standing.raw:
            self._left.put(id(standing.raw[-1]), standing)
