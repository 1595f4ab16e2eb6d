"""Pictures: what is read of them, and how a smaller one is made."""

from .drawing import ImageDrawer
from .encoding import on_white
from .looks import look_of
from .opening import opened
from .pages import is_page, strips_of
from .reading import RapidReader
from .rows import read_rows
from .sizes import image_size
from .thumbnails import Thumbnail, thumbnail

__all__ = [
    "ImageDrawer",
    "RapidReader",
    "Thumbnail",
    "image_size",
    "is_page",
    "look_of",
    "on_white",
    "opened",
    "read_rows",
    "strips_of",
    "thumbnail",
]
