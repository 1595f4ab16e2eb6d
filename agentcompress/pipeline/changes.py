"""Older images → what of them differs from the newest one, which is shown anyway."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agentcompress.tokens import RequestCounter
from agentcompress.values import (
    Box,
    Context,
    Extent,
    Image,
    ImageView,
    Look,
    Message,
    Plan,
    Rendition,
    Segment,
    Selection,
)

from .conversation import Conversation

_CHANGED = "[only what differs from {}, at {}]"
"""Stands before the regions of an image that are all that is shown of it."""
_LATER = re.compile(r"\[only what differs from (?:the next image|the image (\d+) later), at ")
_SAVING = 0.85
"""Regions cost at most this share of the whole image."""
_JOINED = (1, 2, 4, 8)
"""Rows of cells without a change that may lie inside of one region: fewer regions, or smaller ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """An image that can be compared."""

    at: tuple[int, int]
    """Index of its message, and of the part."""
    number: int
    """How many images stand before it."""
    image: Image
    """The image."""
    look: Look
    """How it looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What may be shown, and of images with regions which image these differ from."""

    context: Context
    """Each image that shows little that the newest ones do not has one more rendition: the regions that
    differ, at full size, with a line before them that says from which image, and where they stand. The
    newest images are chosen first, so that nothing of the older one is lost."""
    between: Mapping[int, Sequence[int | None]]
    """Segment with regions → the images behind it, up to the one that these differ from: their segments; None
    for what is shown whatever is chosen."""

    @classmethod
    def of(cls, context: Context, conversation: Conversation, there: Sequence[int]) -> Self:
        """Compares images. What is blank in a page is no screen's background: pages are left as they are.

        Args:
            context: What may be shown.
            conversation: The request.
            there: Indices of the messages that have not left the prompt.
        """
        images = [(index, place) for index in there for place in _pictures(conversation.messages[index])]
        frames = {frame.at: frame for frame in _frames(conversation, images)}
        newest = [
            frames[at] for at in images[max(0, len(images) - conversation.keep_images) :] if at in frames
        ]
        segments, between = list(context.segments), dict[int, Sequence[int | None]]()
        if not newest or len(frames) == len(newest):
            return cls(context=context, between=between)
        numbers = {
            (int(context.message_of[index]), segment.part): index
            for index, segment in enumerate(segments)
            if segment.kind == "image"
        }
        for at, index in numbers.items():
            frame = frames.get(at)
            found = _cheapest(frame, newest, conversation.counter) if frame and frame not in newest else None
            if frame and found and found.tokens <= _SAVING * segments[index].tokens:
                segments[index] = _with_regions(segments[index], found)
                between[index] = [
                    numbers.get(one) for one in images[frame.number + 1 : found.other.number + 1]
                ]
        return cls(context=replace(context, segments=segments), between=between)

    def named(self, selection: Selection) -> Sequence[Segment]:
        """The segments, with marks that count the images that a selection shows, which a reader sees."""
        segments = list(self.context.segments)
        for index, behind in self.between.items():
            if index in selection.renditions:
                shown = [one is None or one in selection.renditions for one in behind]
                name = "the next image" if sum(shown) == 1 else f"the image {sum(shown)} later"
                name = name if shown[-1] else "an image that is not shown"
                forms = (replace(one, mark=one.mark.format(name)) for one in segments[index].condensed)
                segments[index] = replace(segments[index], condensed=tuple(forms))
        return segments


def leaning(conversation: Conversation, plan: Plan) -> list[range]:
    """Messages before which no edit may begin: it could take the image that regions before it differ from.

    Args:
        conversation: The request.
        plan: What is shown.
    """
    seen, marks = list[int](), list[tuple[int, int]]()
    for view in conversation.render(plan):
        said = [choice.text or "" for choice in plan.shown.get(conversation.names[view.of], ())]
        ours = {text: mark for text in said if (mark := _LATER.match(text))}
        for part in view.message.parts:
            if part.image:
                seen.append(view.of)
            # A note may stand before it.
            marks += [(len(seen), int(mark[1] or 1)) for text, mark in ours.items() if text in part.text]
    last = len(seen) - 1
    return [range(seen[at] + 1, seen[min(at + later, last)] + 1) for at, later in marks if at <= last]


def _pictures(message: Message) -> list[int]:
    """The parts of a message that are images."""
    return [place for place, part in enumerate(message.parts) if part.image]


def _frames(conversation: Conversation, images: Sequence[tuple[int, int]]) -> Iterator[_Frame]:
    """Those of the images that can be compared, in order."""
    for number, (index, place) in enumerate(images):
        message = conversation.messages[index]
        image, cut = message.parts[place].image, conversation.segmented.segmented(message).images.get(place)
        if image and cut and cut.look and not cut.strips:
            yield _Frame(at=(index, place), number=number, image=image, look=cut.look)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regions:
    """One way to show what differs."""

    tokens: int
    """With the mark."""
    mark: str
    """What is said of them, with a place for the name of the other image."""
    view: ImageView
    """The regions."""
    other: _Frame
    """The image that they differ from."""


def _with_regions(segment: Segment, found: _Regions) -> Segment:
    """The segment with regions among its renditions."""
    regions = Rendition(
        name="condensed",
        text=segment.text,
        tokens=found.tokens,
        atoms=segment.atoms,
        view=found.view,
        mark=found.mark,
    )
    smaller = (form for form in segment.condensed if form.tokens < found.tokens)
    return replace(segment, condensed=(regions, *smaller))


def _cheapest(frame: _Frame, newest: Sequence[_Frame], counter: RequestCounter) -> _Regions | None:
    return min(_regions(frame, newest, counter), key=lambda offer: offer.tokens, default=None)


def _regions(frame: _Frame, newest: Sequence[_Frame], counter: RequestCounter) -> Iterator[_Regions]:
    for other in reversed(newest):
        if other.look.extent != frame.look.extent or other.look.shows_the_same(frame.look):
            continue
        for boxes in dict.fromkeys(_changed(frame.look, other.look)):
            mark = _CHANGED.format("{}", "; ".join(",".join(map(str, box)) for box in boxes))
            view = ImageView.of(boxes, 1.0)
            tokens = counter.image(frame.image.shown(view)) + counter.text(mark)
            yield _Regions(tokens=tokens, mark=mark, view=view, other=other)


def _changed(look: Look, other: Look) -> Iterator[tuple[Box, ...]]:
    """The regions in which two images differ, with a cell around: one, and several one below the other."""
    differs = look.differs(other)
    around = differs.copy()
    around[1:] |= differs[:-1]
    around[:-1] |= differs[1:]
    rows = np.flatnonzero(around.any(axis=1))
    for gap in (*_JOINED, len(differs)):
        yield tuple(_box(around, band, look.extent) for band in np.split(rows, _breaks(rows, gap)))


def _breaks(rows: NDArray[np.intp], gap: int) -> NDArray[np.intp]:
    breaks: NDArray[np.intp] = np.flatnonzero(np.diff(rows) > gap) + 1
    return breaks


def _box(around: NDArray[np.bool_], band: NDArray[np.intp], extent: Extent) -> Box:
    """The region in pixels that holds the changes of some rows of cells."""
    rows, columns = around.shape
    top, bottom = int(band[0]), int(band[-1]) + 1
    across = np.flatnonzero(around[top:bottom].any(axis=0))
    left, right = max(0, int(across[0]) - 1), min(columns, int(across[-1]) + 2)
    width, height = extent
    return (
        left * width // columns,
        top * height // rows,
        -(-right * width // columns),
        -(-bottom * height // rows),
    )
