"""Images: scaled down step by step, with the text in them as lines of their own."""

from collections.abc import Sequence

from agentcompress.images import image_size, is_page, look_of, opened, read_rows, strips_of
from agentcompress.images.looks import cells
from agentcompress.values import Extent, Image, ImageCut, ImageView, TextReader

_STEP = 2**-0.125
"""How much smaller each view is, in each direction: a sixth of the pixels go."""
_SMALLEST = 112
"""Pixels of the longer side below which nothing can be told of a screen or a page."""


class ImageSegmenter:
    """Scales images uniformly: over recorded screens no crop by design did better (arXiv 2603.26041).

    Of a page of text (a receipt, a form, a scan) only what is blank is cut away, and it never gets so small
    that it cannot be read: then some of its lines are shown alone.

    Args:
        reader: Reads the text in images; None leaves it unread.
        files: Whether local files are opened, too.
    """

    def __init__(self, reader: TextReader | None = None, *, files: bool = True) -> None:
        self._reader = reader
        self._files = files

    def cut(self, image: Image) -> ImageCut | None:
        """Views of the image, its text and its look; None where it cannot be read."""
        if not self._files and not image.is_embedded:
            return None
        size = image_size(Image(url=image.url))
        if size is None:
            return None
        across, down = cells(size)
        # Two pixels a cell: a JPEG need not be decoded further.
        picture = opened(image, about=(2 * across, 2 * down))
        if picture is None:
            return None
        turned = (picture.width > picture.height) != (size[0] > size[1])
        extent = (size[1], size[0]) if turned else size
        look = look_of(picture, extent)
        rows = read_rows(self._reader.lines(image)) if self._reader else []
        strips = strips_of(rows, extent) if is_page(look, rows) else []
        views = _pages(extent, strips) if strips else _views(extent)
        return ImageCut(extent=extent, views=views, lines=rows, strips=strips, look=look)


def _views(extent: Extent) -> list[ImageView]:
    """The whole image in ever smaller sizes."""
    views = []
    scale = _STEP
    while max(extent) * scale >= _SMALLEST:
        width, height = (max(1, round(side * scale)) for side in extent)
        views.append(ImageView(width=width, height=height))
        scale *= _STEP
    return views


def _pages(extent: Extent, strips: Sequence[ImageView]) -> list[ImageView]:
    """All that is not blank, in ever smaller sizes while it can be read; then lines are shown instead."""
    smallest = ImageView.joined(strips)
    least = smallest.scale(extent)
    views = []
    scale = 1.0
    while scale > least:
        views.append(ImageView.of(smallest.crops, scale))
        scale *= _STEP
    return [*views, smallest]
