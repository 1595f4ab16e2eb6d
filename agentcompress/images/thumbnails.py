"""Image → a small copy of it, for people."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from agentcompress.values import Extent, Image

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


def thumbnail(image: Image, base: Path | None = None) -> Thumbnail | None:
    """A copy of at most 160 pixels in each direction, on white where the image is transparent.

    Args:
        image: Data URI or local file.
        base: Folder that relative file paths start from; None for the working directory.

    Returns:
        The thumbnail; None where the image cannot be read.
    """
    import PIL.Image

    picture = opened(image, base)
    if picture is None:
        return None
    extent = picture.size
    picture.thumbnail((_LONGEST, _LONGEST), PIL.Image.Resampling.LANCZOS)
    if picture.mode == "RGBA":
        white = PIL.Image.new("RGBA", picture.size, "white")
        picture = PIL.Image.alpha_composite(white, picture).convert("RGB")
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    url = f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode('ascii')}"
    return Thumbnail(url=url, size=picture.size, extent=extent)
