"""Image → a small copy of it, for people."""

from dataclasses import dataclass

from agentcompress.values import Extent, Image

from .encoding import data_uri, on_white
from .opening import opened

_LONGEST = 160
"""Pixels of the longer side."""
_QUALITY = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A small copy of an image."""

    url: str
    """The copy, a JPEG in a data URI."""
    size: Extent
    """Its width and height."""
    extent: Extent
    """Those of the image, turned upright."""


def thumbnail(image: Image) -> Thumbnail | None:
    """A copy of at most 160 pixels in each direction, on white where the image is transparent.

    Args:
        image: Data URI or local file.

    Returns:
        The thumbnail; None where the image cannot be read.
    """
    import PIL.Image

    picture = opened(image)
    if picture is None:
        return None
    extent = picture.size
    picture.thumbnail((_LONGEST, _LONGEST), PIL.Image.Resampling.LANCZOS)
    url = data_uri(on_white(picture).convert("RGB"), jpeg=_QUALITY)
    return Thumbnail(url=url, size=picture.size, extent=extent)
