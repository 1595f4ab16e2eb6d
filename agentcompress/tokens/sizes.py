"""Reads how large an image is, from its first bytes."""

import base64
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from agentcompress.values import Image

from .formulas import Size

_HEADER_CHARACTERS = 1 << 16


def image_size(image: Image, base: Path | None = None) -> Size | None:
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
        if image.url[:5].lower() == "data:":
            return _embedded_size(image.url)
        path = _local_path(image.url, base or Path())
        return _header_size(path) if path and path.is_file() else None
    except (OSError, ValueError):
        return None


def _embedded_size(url: str) -> Size | None:
    head, _, data = url.partition(",")
    decode = base64.b64decode if head.lower().endswith(";base64") else unquote_to_bytes
    # Nearly every header lies in the first few kilobytes; some hide behind a long preamble.
    first = _header_size(BytesIO(decode(data[:_HEADER_CHARACTERS])))
    return first or _header_size(BytesIO(decode(data)))


def _local_path(url: str, base: Path) -> Path | None:
    if "://" not in url:
        return base / url
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _header_size(source: BytesIO | Path) -> Size | None:
    import PIL.Image

    try:
        with PIL.Image.open(source) as opened:
            return opened.size
    # Pillow's plugins raise whatever a hostile header provokes: SyntaxError, struct.error, …
    except Exception:
        return None
