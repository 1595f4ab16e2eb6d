"""Reasoning: kept or dropped by rule, whatever it scores."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from agentcompress.values import Choosing, Context, PreparedStrategy, Scores, Selection, prepared

from .stage import StageStrategy


@dataclass(frozen=True, slots=True)
class ReasoningStrategy(PreparedStrategy, StageStrategy):
    """Keeps reasoning inside the open tool loop behind the last edit; the rest is another strategy's.

    Reasoning kept within an episode helps and is of no use after the next user turn.
    Providers sign it together with what stands before it, and may refuse it once that
    has changed; what the newest step thought must stay while its results come in.
    """

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        rest = prepared(self.rest, context, scores)
        live = list(_live(context))
        if not live:
            return rest
        newest = max(int(context.group_of[index]) for index in live)
        last = [index for index in live if context.group_of[index] == newest]
        reserved = sum(context.segments[index].tokens for index in last)

        def select(budget: int) -> Selection:
            selection = rest(max(0, budget - reserved))
            edited = _last_edit(context, selection)
            kept = {index: 0 for index in live if index > edited or index in last}
            shown = {i: 0 for i in kept if context.group_of[i] in selection.groups}
            return replace(selection, renditions={**selection.renditions, **shown})

        return select


def _live(context: Context) -> Iterator[int]:
    """Reasoning in the open tool loop."""
    for index, segment in enumerate(context.segments):
        if segment.kind == "reasoning" and context.groups[int(context.group_of[index])].in_loop:
            yield index


def _last_edit(context: Context, selection: Selection) -> int:
    """Index of the last segment that an edit touches; -1 where everything is shown in full."""
    for index in range(len(context.segments) - 1, -1, -1):
        group = int(context.group_of[index])
        if group not in selection.groups:
            # What stands for a group that left is written into the one behind it.
            return int(np.searchsorted(context.group_of, group + 2)) - 1
        if selection.renditions.get(index) != 0 and context.segments[index].kind not in ("reasoning", "call"):
            return index
    return -1
