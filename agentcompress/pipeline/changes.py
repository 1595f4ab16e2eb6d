"""Older images → what of them differs from the newest one, which is shown anyway."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agentcompress.tokens import RequestCounter
from agentcompress.values import Box, Context, Extent, Image, ImageView, Look, Message, Rendition, Segment

from .conversation import Conversation

_CHANGED = "[only what differs from {}, at {}]"
"""Stands before the regions of an image that are all that is shown of it."""
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


def with_changes(context: Context, conversation: Conversation, there: Sequence[int]) -> Context:
    """The context with one more rendition of each image that shows little that the newest ones do not.

    It is the regions that differ, at full size, with a line before them that says from which image, and where
    they stand. The newest images are chosen first, so that nothing of the older one is lost.
    What is blank in a page is no screen's background: pages are left as they are.

    Args:
        context: What may be shown.
        conversation: The request.
        there: Indices of the messages that have not left the prompt.
    """
    images = [(index, place) for index in there for place in _pictures(conversation.messages[index])]
    frames = {frame.at: frame for frame in _frames(conversation, images)}
    newest = [frames[at] for at in images[max(0, len(images) - conversation.keep_images) :] if at in frames]
    if not newest or len(frames) == len(newest):
        return context
    segments = list(context.segments)
    for index, segment in enumerate(segments):
        if segment.kind != "image":
            continue
        frame = frames.get((int(context.message_of[index]), segment.part))
        if frame and frame not in newest:
            segments[index] = _with_regions(segment, frame, newest, conversation.counter)
    return replace(context, segments=segments)


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


def _with_regions(
    segment: Segment, frame: _Frame, newest: Sequence[_Frame], counter: RequestCounter
) -> Segment:
    """The segment with the cheapest regions among its renditions, where they save something."""
    found = min(
        (
            (counter.image(frame.image.shown(view)) + counter.text(mark), mark, view)
            for view, mark in _regions(frame, newest)
        ),
        key=lambda offer: offer[0],
        default=None,
    )
    if found is None or found[0] > _SAVING * segment.tokens:
        return segment
    tokens, mark, view = found
    regions = Rendition(
        name="condensed", text=segment.text, tokens=tokens, atoms=segment.atoms, view=view, mark=mark
    )
    smaller = (form for form in segment.condensed if form.tokens < tokens)
    return replace(segment, condensed=(regions, *smaller))


def _regions(frame: _Frame, newest: Sequence[_Frame]) -> Iterator[tuple[ImageView, str]]:
    """Ways to show what differs, and what is said of them."""
    for other in reversed(newest):
        if other.look.extent != frame.look.extent or other.look.shows_the_same(frame.look):
            continue
        later = other.number - frame.number
        name = "the next image" if later == 1 else f"the image {later} later"
        for boxes in dict.fromkeys(_changed(frame.look, other.look)):
            where = "; ".join(",".join(map(str, box)) for box in boxes)
            yield ImageView.of(boxes, 1.0), _CHANGED.format(name, where)


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
