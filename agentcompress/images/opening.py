"""Opens an image so that nothing in it can do harm."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from agentcompress.values import Extent, Image

from .files import image_file
from .source import embedded, local_file

if TYPE_CHECKING:
    import PIL.Image

MOST_PIXELS = 64_000_000
"""Pixels of an image that is decoded at most: some 200 MB; a larger one is shown whole or not at all."""
_CLEAR = frozenset({"LA", "PA", "RGBA", "RGBa", "La"})
_MODES = _CLEAR | {"1", "L", "P", "RGB", "CMYK", "YCbCr"}
"""Eight bits a channel: of deeper ones nobody knows which part is to be seen."""


def opened(
    image: Image, base: Path | None = None, *, about: Extent | None = None
) -> "PIL.Image.Image | None":
    """The first frame of an image, upright, in RGB or RGBA.

    Args:
        image: Data URI or local file; remote ones are never fetched.
        base: Folder that relative file paths start from; None for the working directory.
        about: A size that is enough: a JPEG is then decoded smaller, but not below it.

    Returns:
        The picture; its `format` is that of the file. None where it cannot be read: remote, missing,
        truncated, no image or one that no provider takes, larger than `MOST_PIXELS`, or more
        than eight bits deep.
    """
    import PIL.ImageOps

    # Pillow's plugins raise whatever a hostile file provokes: SyntaxError, struct.error, …
    with suppress(Exception):
        source = embedded(image) or local_file(image.url, base)
        if source is None:
            return None
        with image_file(source) as file:
            kind = file.format
            if file.width * file.height > MOST_PIXELS or file.mode not in _MODES:
                return None
            if about:
                file.draft("RGB", about)
            PIL.ImageOps.exif_transpose(file, in_place=True)
            clear = "transparency" in file.info or file.mode in _CLEAR
            wanted = "RGBA" if clear else "RGB"
            picture = file if file.mode == wanted else file.convert(wanted)
            picture.load()
            picture.format = kind
            return picture
    return None
