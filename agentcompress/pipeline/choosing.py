"""Segments shown of one message → choices: stretches as they stand, or texts in their place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from agentcompress.values import Choice, Cut, ImageCut, ImageView, Message, Segment

from .rendering import GAP, READ, REPEATED, SUMMARY
from .segmenting import Segmented

_WORTH_A_LINE = 24
"""Tokens from which on a stretch gets a line that points to where it is shown."""


def choices(
    message: Message,
    segmented: Segmented,
    shown: Mapping[int, int],
    repeated: Collection[int] = (),
    merged: Mapping[int, str] | None = None,
    *,
    elided: str,
) -> tuple[Choice, ...]:
    """How a message is shown.

    Args:
        message: The original.
        segmented: Its segments.
        shown: Segment → index into its renditions.
        repeated: Segments not shown because a later message shows them.
        elided: The mark of what is left out, with a place for its tokens.
        merged: Number of a segment → a line of ours about it and others: what a model says of those that are
            not shown, where the message is one text, or how many images an image stands for.
    """
    segments = segmented.segments
    merged = merged or {}
    made: list[Choice] = []
    for part, numbers in groupby(range(len(segments)), key=lambda number: segments[number].part):
        pieces = list(numbers)
        kept = {number: shown[number] for number in pieces if number in shown}
        summary = next((merged[number] for number in pieces if number in merged), None)
        if part in segmented.images:
            if summary:
                made.append(Choice(part=part, start=0, end=0, rendition="condensed", text=summary))
            made += _of_image(segmented.images[part], segments, pieces, kept, repeated)
        elif part in segmented.cuts and (len(kept) < len(pieces) or any(kept.values())):
            text, cut = message.parts[part].text, segmented.cuts[part]
            elsewhere = all(number in kept or number in repeated for number in pieces)
            mark = REPEATED if elsewhere and len(kept) < len(pieces) else elided
            if summary:
                mark = f"{mark} {SUMMARY.format(summary)}"
            made.append(_joined(text, cut, segments, pieces, kept, mark))
        else:
            hidden = [segments[number] for number in pieces if number in repeated]
            text = message.parts[part].text
            pointers = _pointers(text, hidden)
            made += sorted((*_stretches(segments, kept), *pointers), key=lambda choice: choice.start)
            if summary:
                made.append(_behind(text, part, summary))
    return tuple(made)


def _of_image(
    cut: ImageCut,
    segments: Sequence[Segment],
    pieces: Sequence[int],
    kept: Mapping[int, int],
    repeated: Collection[int],
) -> Iterator[Choice]:
    """The image as it is to be seen, and those of its lines that cannot be read there."""
    image, part = pieces[0], segments[pieces[0]].part
    chosen = {number: cut.lines[number - image - 1] for number in kept if number != image}
    if image in kept:
        form = segments[image].renditions[kept[image]]
        if form.mark:
            yield Choice(part=part, start=0, end=0, rendition="condensed", text=form.mark)
        yield Choice(part=part, start=0, end=0, rendition=form.name, view=form.view)
        view = form.view
        chosen = {n: line for n, line in chosen.items() if view and not view.legible(line.box, cut.extent)}
    elif image in repeated:
        yield Choice(
            part=part, start=0, end=0, rendition="stub", text=REPEATED.format(segments[image].tokens)
        )
    strips = [form.view for n in chosen if (form := segments[n].renditions[kept[n]]).view]
    if strips:
        yield Choice(part=part, start=0, end=0, rendition="condensed", view=ImageView.joined(strips))
    said = {n: line for n, line in chosen.items() if kept[n] == 0}
    if said:
        marked = f"{GAP}\n"
        gaps = [marked if number - 1 not in said else "" for number in said]
        text = "\n".join(gap + line.text for gap, line in zip(gaps, said.values(), strict=True))
        yield Choice(
            part=part, start=0, end=0, rendition="condensed", text=f"{READ}{text.removeprefix(marked)}"
        )


def _joined(
    text: str,
    cut: Cut,
    segments: tuple[Segment, ...],
    pieces: list[int],
    kept: Mapping[int, int],
    mark: str,
) -> Choice:
    """One text for a part whose form must stay valid; it says itself how much is gone."""
    first = pieces[0]
    shown = {number - first: segments[number].renditions[rendition] for number, rendition in kept.items()}
    gone = sum(segments[number].tokens for number in pieces) - sum(form.tokens for form in shown.values())
    if cut.join is None:
        raise ValueError("a cut without a join has no text of its own")
    joined = cut.join({index: form.text for index, form in shown.items()}, mark.format(gone))
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


def _behind(text: str, part: int, summary: str) -> Choice:
    """A summary on a line of its own behind a text."""
    line = ("" if text.endswith("\n") else "\n") + SUMMARY.format(summary)
    return Choice(part=part, start=len(text), end=len(text), rendition="merged", text=line)


def _pointers(text: str, hidden: Sequence[Segment]) -> Iterator[Choice]:
    """One line for each stretch that a later message shows, where it is worth a line."""
    start = 0
    for number, segment in enumerate(hidden, 1):
        if number < len(hidden) and hidden[number].start == segment.end:
            continue
        tokens = sum(piece.tokens for piece in hidden[start:number])
        if tokens >= _WORTH_A_LINE:
            line = REPEATED.format(tokens) + ("\n" if text[segment.end - 1] == "\n" else "")
            yield Choice(
                part=segment.part, start=hidden[start].start, end=segment.end, rendition="stub", text=line
            )
        start = number
