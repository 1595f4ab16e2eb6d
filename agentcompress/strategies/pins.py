"""Which soft pins come first, and how much they may take."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from agentcompress.values import Context, Pin

RECALLED_PART = 2
"""What the agent asked back takes this part of the budget at most."""
FIRM_PART = 4
"""The plan and the error take this part of the budget at most: with less room the calls that
come next need it more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftPins:
    """Soft-pinned groups in the order in which they are opened; the last ones are released first."""

    recalled: list[int]
    """What the agent asked back, the newest first: a part of the budget is theirs."""
    firm: list[int]
    """The plan and the latest unresolved error: a part of the budget is theirs."""
    newest: list[int]
    """The newest step, which may take everything: an agent that cannot see its last call makes it again."""
    images: Sequence[int]
    """Segments that are the newest images, the newest first: they may take what is left."""
    others: list[int]
    """Older steps, then older user turns, the newest first."""

    @classmethod
    def of(cls, context: Context) -> Self:
        """The soft pins of a context."""
        pins = {index: group.pin for index, group in enumerate(context.groups) if group.pin.soft}
        order = sorted(pins, key=lambda index: (pins[index], index), reverse=True)
        recalled = [index for index in order if pins[index] is Pin.RECALL]
        newest = max(pins, key=lambda index: (pins[index] >= Pin.STEP, index), default=None)
        rest = [index for index in order if index != newest and index not in recalled]
        return cls(
            recalled=recalled,
            firm=[index for index in rest if pins[index] > Pin.STEP],
            newest=[] if newest is None else [newest],
            images=context.newest_images,
            others=[index for index in rest if pins[index] <= Pin.STEP],
        )


def essential(context: Context, groups: Iterable[int]) -> list[int]:
    """Segments that these groups are pinned for: of an output that marks its errors, those.

    What was asked back is pinned word for word.
    """
    wanted: list[int] = []
    for group in groups:
        asked = context.groups[group].pin is Pin.RECALL
        for message in context.groups[group].essential:
            members = np.flatnonzero(context.message_of == message).tolist()
            errors = [index for index in members if context.segments[index].kind == "error"]
            wanted += members if asked else errors or members
    return wanted
