"""Why each segment is shown or not: the choices of one compression, read back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agentcompress.values import (
    Choice,
    Choosing,
    Context,
    Plan,
    PreparedStrategy,
    Reason,
    RenditionName,
    Scores,
    Segment,
    Selection,
    Strategy,
    Why,
    prepared,
)

from .conversation import Conversation
from .planning import planned

_Fate = tuple[RenditionName | None, Why]
_PINNED: _Fate = ("full", "pinned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One choice of a strategy, and what it chose from."""

    context: Context
    """What it saw."""
    scores: Scores
    """What the criterion said, shape (segments,)."""
    selection: Selection
    """What it chose."""

    def of(self, message: int) -> range:
        """Segments of a message, by their place in the context."""
        return range(*np.searchsorted(self.context.message_of, [message, message + 1]).tolist())


class WatchedStrategy(PreparedStrategy):
    """A strategy whose choices are noted, in `looks`."""

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy
        self.looks: list[Look] = []

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """The strategy at work on a context."""
        choose = prepared(self._strategy, context, scores)

        def watched(budget: int) -> Selection:
            selection = choose(budget)
            self.looks.append(Look(context=context, scores=scores, selection=selection))
            return selection

        return watched


def reasons(
    conversation: Conversation, before: Plan, after: Plan, arrivals: Sequence[Look], evictions: Sequence[Look]
) -> Iterator[Reason]:
    """One reason a segment, in order; calls have none, they stay as long as their message does.

    Args:
        conversation: The request.
        before: The plan before an eviction.
        after: The plan behind it, or the same one.
        arrivals: Choices among the segments of single results.
        evictions: Choices that an eviction tried.
    """
    arrived = {int(look.context.message_of[0]): look for look in arrivals}
    chosen = _chosen(conversation, before, after, evictions) if after is not before else None
    for index, message in enumerate(conversation.messages):
        name = conversation.names[index]
        look, numbers = chosen, chosen.of(index) if chosen else range(0)
        if not numbers and index in arrived:
            look, numbers = arrived[index], arrived[index].of(index)
        whole = name not in after.folded and conversation.shown(index, after) == message
        for number, segment in enumerate(conversation.segmented.segments(message)):
            score = None
            if index in conversation.hard_indices:
                shown, why = _PINNED
            elif look and numbers:
                at = numbers[number]
                score = float(look.scores[at])
                shown, why = _fate(look, at) if look is chosen else _arrived(look, at)
            else:
                shown, why = _standing(segment, name, before, after)
            if whole and shown != "full":
                shown, why = "full", "marks cost more"
            yield Reason(
                message=index,
                part=segment.part,
                start=segment.start,
                end=segment.end,
                kind=segment.kind,
                tokens=segment.tokens,
                score=score,
                shown=shown,
                why=why,
            )


def _chosen(conversation: Conversation, before: Plan, after: Plan, looks: Sequence[Look]) -> Look | None:
    """The choice that became the plan; None where nothing could be shown, or nothing was asked."""
    for look in reversed(looks):
        made = planned(look.context, look.selection, conversation.names, before, conversation.choose)
        if (made.shown, made.folded) == (after.shown, after.folded):
            return look
    return None


def _fate(look: Look, index: int) -> _Fate:
    selection = look.selection
    if int(look.context.group_of[index]) not in selection.groups:
        return None, "group folded"
    if index in selection.renditions:
        return _rendition(look, index), "worth its tokens"
    if index in selection.repeated:
        return None, "repeated below"
    if any(index in form.covers for form in selection.merged):
        return "merged", "summed up"
    return None, "not worth its tokens"


def _arrived(look: Look, index: int) -> _Fate:
    return _rendition(look, index) if index in look.selection.renditions else None, "condensed on arrival"


def _rendition(look: Look, index: int) -> RenditionName:
    return look.context.segments[index].renditions[look.selection.renditions[index]].name


def _standing(segment: Segment, name: str, before: Plan, after: Plan) -> _Fate:
    """Of a segment that nobody was asked about."""
    if name in after.folded:
        return None, "decided before" if name in before.folded else "group folded"
    shown = _as_planned(segment, after.shown.get(name))
    if after is not before:
        return shown, "kept for the cache"
    return shown, "decided before" if name in after.shown else "fits"


def _as_planned(segment: Segment, choices: Sequence[Choice] | None) -> RenditionName | None:
    if choices is None:
        return "full"
    for choice in choices:
        if choice.part == segment.part and choice.start <= segment.start and segment.end <= choice.end:
            return choice.rendition
    return None
