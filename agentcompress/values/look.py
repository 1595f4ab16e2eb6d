"""How an image looks from afar: enough to tell whether two show the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAME = 8
"""Grey levels by which no cell of two images differs that show the same; noise of JPEG is below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A grey thumbnail, one cell for some 16 x 16 pixels."""

    extent: tuple[int, int]
    """Width and height of the image in pixels."""
    columns: int
    """Cells in a row."""
    cells: bytes
    """The mean grey of each cell, row by row."""

    @property
    def grid(self) -> NDArray[np.uint8]:
        """The cells, shape (rows, columns)."""
        return np.frombuffer(self.cells, np.uint8).reshape(-1, self.columns)

    def shows_the_same(self, other: "Look") -> bool:
        """Whether the two are one screen, or one picture, to the eye."""
        return self.extent == other.extent and not self.differs(other).any()

    def differs(self, other: "Look") -> NDArray[np.bool_]:
        """Which cells of two images of one size look different, shape (rows, columns)."""
        differs: NDArray[np.bool_] = np.abs(self.grid.astype(np.int16) - other.grid) > SAME
        return differs
