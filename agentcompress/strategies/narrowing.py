"""A context without some of its segments, and the way back."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from agentcompress.values import Choosing, Context, Scores, Selection, Strategy, prepared


def prepared_without(left_out: Collection[int], rest: Strategy, context: Context, scores: Scores) -> Choosing:
    """A strategy at work on a context in which some segments are not there.

    What others cannot be shown without stays.

    Args:
        left_out: Segments that are not to be shown.
        rest: Chooses among the others.
        context: All segments.
        scores: One score a segment, shape (segments,).
    """
    kept = _kept(context, left_out)
    if len(kept) == len(context.segments):
        return prepared(rest, context, scores)
    place = {index: number for number, index in enumerate(kept)}
    segments = []
    for number, index in enumerate(kept):
        segment = context.segments[index]
        # Whoever has a head has kept it; a lead may be gone.
        head = number - place[index - segment.head]
        lead = number - place.get(index - segment.lead, number)
        segments.append(replace(segment, head=head, lead=lead) if segment.head or segment.lead else segment)
    narrowed = replace(
        context,
        segments=segments,
        message_of=context.message_of[kept],
        group_of=context.group_of[kept],
    )
    select = prepared(rest, narrowed, scores[kept])
    return lambda budget: traced(select(budget), kept)


def traced(selection: Selection, origin: Sequence[int]) -> Selection:
    """A selection in the numbers of the context that another one was made from.

    Args:
        selection: What was chosen of the other context.
        origin: Number there → number here; what has one below zero is left out.
    """
    merged = (
        replace(form, covers=tuple(origin[number] for number in form.covers if origin[number] >= 0))
        for form in selection.merged
    )
    return replace(
        selection,
        renditions={origin[i]: form for i, form in selection.renditions.items() if origin[i] >= 0},
        repeated=frozenset(origin[i] for i in selection.repeated if origin[i] >= 0),
        merged=tuple(form for form in merged if form.covers),
    )


def _kept(context: Context, left_out: Collection[int]) -> list[int]:
    """Segments that stay, in order."""
    stays = np.ones(len(context.segments), dtype=bool)
    stays[list(left_out)] = False
    for index in range(len(stays) - 1, -1, -1):
        if stays[index]:
            stays[index - context.segments[index].head] = True
    return list(map(int, stays.nonzero()[0]))
