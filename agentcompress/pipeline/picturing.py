"""Images → segments: the image in the sizes that save something, and the text in it line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b

from agentcompress.tokens import RequestCounter
from agentcompress.values import Image, ImageCut, ImageView, Rendition, Segment, TextLine

_SAVING = 0.85
"""A view costs at most this share of the next larger one."""


def pictured(whole: Segment, image: Image, cut: ImageCut, counter: RequestCounter) -> Iterator[Segment]:
    """The image's segment, then one for each line of text in it.

    What is seen and what is read are worth showing once, whichever shows it: each line is an atom, whatever
    it says, for in images names stand in capitals and numbers are misread. A view has those of the
    lines that can be read in it, and one of its own for each time that its price doubles.

    Args:
        whole: The segment of the image.
        image: The image.
        cut: What is known of it.
        counter: Prices views and lines.
    """
    text = "\n".join(line.text for line in cut.lines)
    name = blake2b(cut.look.cells if cut.look else image.url.encode(), digest_size=8).hexdigest()
    views = list(_cheaper(whole.tokens, image, cut, counter))
    least = views[-1][1] if views else whole.tokens
    yield replace(
        whole,
        text=text,
        atoms=_levels(name, whole.tokens, least) + _once(cut.lines),
        look=cut.look,
        condensed=tuple(
            Rendition(
                name="condensed",
                text=text,
                tokens=tokens,
                atoms=_levels(name, tokens, least) + _legible(cut, view),
                view=view,
            )
            for view, tokens in views
        ),
    )
    costs = counter.texts([line.text for line in cut.lines])
    start = 0
    for number, (line, said) in enumerate(zip(cut.lines, costs, strict=True)):
        end = start + len(line.text)
        strip = cut.strips[number] if cut.strips else None
        yield Segment(
            part=whole.part,
            start=start,
            end=end,
            text=line.text,
            tokens=said + 1,  # the line break
            role=whole.role,
            atoms=_once([line]),
            condensed=tuple(_alone(line, strip, image, cut, counter, said)) if strip else (),
        )
        start = end + 1


def _alone(
    line: TextLine, strip: ImageView, image: Image, cut: ImageCut, counter: RequestCounter, said: int
) -> Iterator[Rendition]:
    """The line as it looks, where that costs less than what it says."""
    tokens = counter.image(image.shown(strip))
    if 0 < tokens < said and strip.legible(line.box, cut.extent):
        yield Rendition(name="condensed", text=line.text, tokens=tokens, atoms=_once([line]), view=strip)


def _cheaper(
    full: int, image: Image, cut: ImageCut, counter: RequestCounter
) -> Iterator[tuple[ImageView, int]]:
    """The views that save something, and what they cost."""
    least = full
    for view in cut.views:
        tokens = counter.image(image.shown(view))
        if 0 < tokens <= _SAVING * least:
            least = tokens
            yield view, tokens


def _levels(name: str, tokens: int, least: int) -> tuple[str, ...]:
    """One atom, and another each time that the least price doubles."""
    return tuple(f"image {name} {doubled}" for doubled in range((tokens // least).bit_length()))


def _legible(cut: ImageCut, view: ImageView) -> tuple[str, ...]:
    return _once(line for line in cut.lines if view.legible(line.box, cut.extent))


def _once(lines: Iterable[TextLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.text for line in lines))
