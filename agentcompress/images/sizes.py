"""Reads how large an image is, from its first bytes."""

from io import BytesIO
from pathlib import Path

from agentcompress.recent import Recent
from agentcompress.values import Extent, Image

from .files import image_file
from .source import embedded, local_file

_HEADER_CHARACTERS = 1 << 16
_KNOWN = Recent[tuple[int, int], Extent | None](10_000)
"""Sizes of embedded images; the same ones are counted again and again."""


def image_size(image: Image, base: Path | None = None) -> Extent | None:
    """Width and height in pixels.

    Reads the fields of the image, else the header of its data URI or local file.
    Pixels are never decoded and remote URLs are never fetched.

    Args:
        image: The image.
        base: Folder that relative file paths start from; None for the working directory.

    Returns:
        The size, or None where it cannot be known: remote, missing, or no image.
    """
    if image.width and image.height and image.width > 0 and image.height > 0:
        return image.width, image.height
    if image.is_embedded:
        return _KNOWN.get_or_make(image.url_key, lambda: _embedded_size(image))
    try:
        path = local_file(image.url, base)
    except (OSError, ValueError):
        return None
    return _header_size(path) if path else None


def _embedded_size(image: Image) -> Extent | None:
    try:
        # Nearly every header lies in the first few kilobytes; some hide behind a long preamble.
        for characters in (_HEADER_CHARACTERS, None):
            data = embedded(image, characters)
            if data and (size := _header_size(data)):
                return size
    except ValueError:
        pass
    return None


def _header_size(source: BytesIO | Path) -> Extent | None:
    try:
        with image_file(source) as file:
            return file.size
    # Pillow's plugins raise whatever a hostile header provokes: SyntaxError, struct.error, …
    except Exception:
        return None
