"""Draws the smaller image that a view asks for."""

from typing import TYPE_CHECKING

from agentcompress.recent import Recent
from agentcompress.values import Image, ImageView, scaled

from .encoding import data_uri
from .opening import opened

if TYPE_CHECKING:
    import PIL.Image

_QUALITY = 85
_LOSSY = frozenset({"JPEG", "MPO", "WEBP"})
"""Formats of photographs: what was lossy once becomes JPEG again, all else PNG."""
_GAP = 1.0
"""A picture is averaged to at least this many times the size first. On screens of text at less than half
their size that takes half the time for 3% of the sharpness (mean difference of neighbouring pixels)."""


class ImageDrawer:
    """Draws views of images; remembers the newest ones; safe for threads.

    Args:
        characters: Of all that is remembered, at most.
    """

    def __init__(self, characters: int = 64_000_000) -> None:
        self._drawn = Recent[Image, Image](characters, lambda _, made: len(made.url))

    def drawn(self, image: Image) -> Image | None:
        """An image as its view has it, in a data URI; None where it cannot be read any more.

        One without a view is itself.
        """
        if image.view is None:
            return image
        if known := self._drawn.get(image):
            return known
        made = _draw(image, image.view)
        return made and self._drawn.setdefault(image, made)


def _draw(image: Image, view: ImageView) -> Image | None:
    about = None if view.crops else (view.width, view.height)
    picture = opened(image, about=about)
    if picture is None:
        return None
    lossy = picture.format in _LOSSY and picture.mode == "RGB"
    small = _mosaic(picture, view) if view.crops else _resized(picture, view.width, view.height)
    url = data_uri(small, jpeg=_QUALITY if lossy else None)
    return Image(url=url, width=view.width, height=view.height, detail=image.detail)


def _mosaic(picture: "PIL.Image.Image", view: ImageView) -> "PIL.Image.Image":
    import PIL.Image

    scale = view.scale(picture.size)
    made = PIL.Image.new(picture.mode, (view.width, view.height), "white")
    top = 0
    for box in view.crops:
        part = _resized(picture.crop(box), *scaled(box, scale))
        made.paste(part, (0, top))
        top += part.height
    return made


def _resized(picture: "PIL.Image.Image", width: int, height: int) -> "PIL.Image.Image":
    import PIL.Image

    return picture.resize((width, height), PIL.Image.Resampling.LANCZOS, reducing_gap=_GAP)
