"""Reads how large an image is, from its first bytes."""

from io import BytesIO
from pathlib import Path

from agentcompress.values import Extent, Image

from .source import embedded, local_file

_HEADER_CHARACTERS = 1 << 16


def image_size(image: Image, base: Path | None = None) -> Extent | None:
    """Width and height in pixels.

    Reads the fields of the image, else the header of its data URI or local file.
    Pixels are never decoded and remote URLs are never fetched.

    Args:
        image: The image.
        base: Folder that relative file paths start from; None for the working directory.

    Returns:
        The size, or None where it cannot be known: remote, missing, no image, or
        with more pixels than Pillow takes for an honest image.
    """
    if image.width and image.height and image.width > 0 and image.height > 0:
        return image.width, image.height
    try:
        # Nearly every header lies in the first few kilobytes; some hide behind a long preamble.
        if first := embedded(image.url, _HEADER_CHARACTERS):
            return _header_size(first) or _header_size(embedded(image.url) or first)
        path = local_file(image.url, base)
        return _header_size(path) if path else None
    except (OSError, ValueError):
        return None


def _header_size(source: BytesIO | Path) -> Extent | None:
    import PIL.Image

    try:
        with PIL.Image.open(source) as opened:
            return opened.size
    # Pillow's plugins raise whatever a hostile header provokes: SyntaxError, struct.error, …
    except Exception:
        return None
