"""A context without some of its segments, and the way back."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from agentcompress.values import Context, Scores, Selection, Strategy


def select_without(
    left_out: Collection[int], rest: Strategy, context: Context, scores: Scores, budget: int
) -> Selection:
    """What a strategy shows of a context in which some segments are not there.

    What others cannot be shown without stays.

    Args:
        left_out: Segments that are not to be shown.
        rest: Chooses among the others.
        context: All segments.
        scores: One score a segment, shape (segments,).
        budget: In tokens.
    """
    kept = _kept(context, left_out)
    if len(kept) == len(context.segments):
        return rest.select(context, scores, budget)
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
    selection = rest.select(narrowed, scores[kept], budget)
    renditions = {kept[number]: form for number, form in selection.renditions.items()}
    return replace(selection, renditions=renditions, repeated=frozenset(kept[i] for i in selection.repeated))


def _kept(context: Context, left_out: Collection[int]) -> list[int]:
    """Segments that stay, in order."""
    stays = np.ones(len(context.segments), dtype=bool)
    stays[list(left_out)] = False
    for index in range(len(stays) - 1, -1, -1):
        if stays[index]:
            stays[index - context.segments[index].head] = True
    return list(map(int, stays.nonzero()[0]))
