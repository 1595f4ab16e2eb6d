"""Picture → a thumbnail that tells whether two show the same."""

from typing import TYPE_CHECKING

from agentcompress.values import Extent, Look

from .encoding import on_white

if TYPE_CHECKING:
    import PIL.Image

_CELL = 16
"""Pixels of a cell in each direction: a letter that changes changes it by more than noise does."""
_MOST = 256
"""Cells in each direction at most."""


def cells(extent: Extent) -> Extent:
    """Columns and rows of the look of an image of that size."""
    width, height = (min(_MOST, -(-side // _CELL)) for side in extent)
    return width, height


def look_of(picture: "PIL.Image.Image", extent: Extent) -> Look:
    """The look of a picture, on white where it is transparent.

    Args:
        picture: The image, or a smaller copy of it.
        extent: The size of the image itself.
    """
    import PIL.Image

    small = on_white(picture).convert("L").resize(cells(extent), PIL.Image.Resampling.BOX)
    return Look(extent=extent, columns=small.width, cells=small.tobytes())
