"""Bytes → an image whose header was read, of the formats that providers take."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import PIL.ImageFile

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""No others: Pillow would run Ghostscript on a PostScript file."""
_START = 16
"""Bytes by which Pillow tells a format."""


@contextmanager
def image_file(source: BytesIO | Path) -> Iterator["PIL.ImageFile.ImageFile"]:
    """The image, its pixels not decoded yet; closed at the end.

    Unlike Pillow's own `open` it prints no warning where an image is large, however large.

    Args:
        source: Bytes or a file.

    Raises:
        OSError: It cannot be read, or is of no format that is opened.
        Exception: Whatever a plugin of Pillow's raises at a hostile header: SyntaxError, struct.error, …
    """
    import PIL.Image
    import PIL.TiffImagePlugin
    import PIL.WebPImagePlugin

    PIL.Image.preinit()  # the other formats
    with source.open("rb") if isinstance(source, Path) else source as data:
        start = data.read(_START)
        data.seek(0)
        for kind in _FORMATS:
            read, accepts = PIL.Image.OPEN[kind]
            if accepts and accepts(start) is True:
                yield read(data, "")
                return
        raise OSError(f"the image is none of {', '.join(_FORMATS)}")
