"""Pictures: what is read of them, and how a smaller one is made."""

from .drawing import ImageDrawer
from .looks import look_of
from .opening import opened
from .sizes import image_size
from .thumbnails import Thumbnail, thumbnail

__all__ = ["ImageDrawer", "Thumbnail", "image_size", "look_of", "opened", "thumbnail"]
