"""Pictures: what is read of them, and how a smaller one is made."""

from .drawing import ImageDrawer
from .looks import look_of
from .opening import opened
from .reading import RapidReader
from .sizes import image_size

__all__ = ["ImageDrawer", "RapidReader", "image_size", "look_of", "opened"]
