"""Reads how large an image is, from its first bytes."""

from collections import OrderedDict
from io import BytesIO
from pathlib import Path
from threading import Lock

from agentcompress.values import Extent, Image

from .files import image_file
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
        The size, or None where it cannot be known: remote, missing, or no image.
    """
    if image.width and image.height and image.width > 0 and image.height > 0:
        return image.width, image.height
    if image.is_embedded:
        return _SIZES.get(image)
    try:
        path = local_file(image.url, base)
    except (OSError, ValueError):
        return None
    return _header_size(path) if path else None


class _Sizes:
    """Sizes of embedded images; the same ones are counted again and again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[tuple[int, int], Extent | None] = OrderedDict()
        self._lock = Lock()

    def get(self, image: Image) -> Extent | None:
        # By hash, which a text keeps: to keep the texts would be to keep all images that ever were.
        key = hash(image.url), len(image.url)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        size = _embedded_size(image)
        with self._lock:
            self._known[key] = size
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return size


_SIZES = _Sizes(10_000)


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
