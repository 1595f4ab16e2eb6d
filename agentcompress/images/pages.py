"""Pages: images that show text and little else, so that what is blank may be left out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import LEGIBLE, Extent, ImageView, Look, TextLine

_DRAWN = 16
"""Grey levels between two neighbouring cells of a look where something is drawn."""
_TEXT = 0.7
"""Share of what is drawn that is text on a page."""
_READABLE = 1.5 * LEGIBLE
"""Pixels of height that a line has at least as a reader measures it, which is looser than the letters are."""
_SMALL = 0.1
"""Share of the lines that may be smaller."""
_MARGIN = 0.25
"""Heights of a line around it that come with it: readers cut close."""


def is_page(look: Look, lines: Sequence[TextLine]) -> bool:
    """Whether an image is higher than wide, as paper is, and most of what is drawn in it is text.

    Screens can show as much text, but are wide as a rule; an agent clicks in them, so nothing there is blank.

    Args:
        look: How it looks.
        lines: The text in it.
    """
    grid = look.grid.astype(np.int16)
    drawn = np.zeros(grid.shape, dtype=bool)
    drawn[:, 1:] |= np.abs(np.diff(grid, axis=1)) > _DRAWN
    drawn[1:] |= np.abs(np.diff(grid, axis=0)) > _DRAWN
    text = _cells_of(look, lines)
    higher = look.extent[1] > look.extent[0]
    return bool(lines) and higher and int((drawn & text).sum()) >= _TEXT * int(drawn.sum())


def strips_of(lines: Sequence[TextLine], extent: Extent) -> list[ImageView]:
    """Each line of a page alone, across all of its text, at the least scale at which it can be read.

    Args:
        lines: The text in it, at least one line.
        extent: Its size.
    """
    heights = [line.box[3] - line.box[1] for line in lines]
    margins = [round(_MARGIN * height) for height in heights]
    left = max(0, min(line.box[0] - margin for line, margin in zip(lines, margins, strict=True)))
    right = min(extent[0], max(line.box[2] + margin for line, margin in zip(lines, margins, strict=True)))
    scale = min(1.0, _READABLE / float(np.quantile(heights, _SMALL)))
    return [
        ImageView.of(
            ((left, max(0, line.box[1] - margin), right, min(extent[1], line.box[3] + margin)),), scale
        )
        for line, margin in zip(lines, margins, strict=True)
    ]


def _cells_of(look: Look, lines: Sequence[TextLine]) -> NDArray[np.bool_]:
    """The cells that text touches, shape (rows, columns)."""
    rows, columns = look.grid.shape
    width, height = look.extent
    touched = np.zeros((rows, columns), dtype=bool)
    for line in lines:
        left, top, right, bottom = line.box
        down = slice(top * rows // height, -(-bottom * rows // height))
        touched[down, left * columns // width : -(-right * columns // width)] = True
    return touched
