"""Segments shown of one message → choices: stretches as they stand, or texts in their place."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from agentcompress.values import Choice, Cut, Message, Segment

from .rendering import ELIDED
from .segmenting import Segmented


def choices(message: Message, segmented: Segmented, shown: Mapping[int, int]) -> tuple[Choice, ...]:
    """How a message is shown.

    Args:
        message: The original.
        segmented: Its segments.
        shown: Segment → index into its renditions.
    """
    segments = segmented.segments
    made: list[Choice] = []
    for part, numbers in groupby(range(len(segments)), key=lambda number: segments[number].part):
        pieces = list(numbers)
        kept = {number: shown[number] for number in pieces if number in shown}
        if part in segmented.cuts and (len(kept) < len(pieces) or any(kept.values())):
            made.append(_joined(message.parts[part].text, segmented.cuts[part], segments, pieces, kept))
        else:
            made += _stretches(segments, kept)
    return tuple(made)


def _joined(
    text: str, cut: Cut, segments: tuple[Segment, ...], pieces: list[int], kept: Mapping[int, int]
) -> Choice:
    """One text for a part whose form must stay valid; it says itself how much is gone."""
    first = pieces[0]
    shown = {number - first: segments[number].renditions[rendition] for number, rendition in kept.items()}
    gone = sum(segments[number].tokens for number in pieces) - sum(form.tokens for form in shown.values())
    if cut.join is None:
        raise ValueError("a cut without a join has no text of its own")
    joined = cut.join({index: form.text for index, form in shown.items()}, ELIDED.format(gone))
    return Choice(part=segments[first].part, start=0, end=len(text), rendition="merged", text=joined)


def _stretches(segments: tuple[Segment, ...], kept: Mapping[int, int]) -> Iterator[Choice]:
    """One choice a stretch: segments shown in full side by side become one."""
    held: Choice | None = None
    for number, rendition in kept.items():
        segment = segments[number]
        adjacent = held is not None and held.text is None and held.end == segment.start
        if held and adjacent and rendition == 0:
            held = Choice(part=held.part, start=held.start, end=segment.end)
            continue
        if held:
            yield held
        form = segment.renditions[rendition] if rendition else None
        held = Choice(
            part=segment.part,
            start=segment.start,
            end=segment.end,
            rendition=form.name if form else "full",
            text=form.text if form else None,
        )
    if held:
        yield held
