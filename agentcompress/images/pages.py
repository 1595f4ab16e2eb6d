"""Pages: images that show text and little else, so that what is blank may be left out."""

import re
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
_PAPER = 128
"""Grey of what is blank on a page at least: paper is light, also on a photograph."""
_PHONE_WIDTHS = frozenset(
    (
        *(320, 360, 375, 384, 390, 393, 402, 411, 412, 414, 428, 430, 440, 480, 540, 600, 640, 720, 750),
        *(768, 800, 828, 1080, 1125, 1170, 1179, 1206, 1242, 1284, 1290, 1320, 1440),
    )
)
"""Widths of phones' screens, in pixels and in the points that browsers and emulators count."""
_PHONE_SHAPES = (16 / 9, 18 / 9, 18.5 / 9, 19 / 9, 19.5 / 9, 20 / 9, 21 / 9)
"""Height to width."""
_NEAR = 0.01
_BAR = 0.05
"""Share of the height within which a phone's status bar lies."""
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):[0-5]\d(?![\d:])")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
"""Beside a clock it says that a page was printed or faxed then."""
_MARGIN = 0.25
"""Heights of a line around it that come with it: readers cut close."""


def is_page(look: Look, lines: Sequence[TextLine]) -> bool:
    """Whether an image is higher than wide, as light as paper, and most of what is drawn in it is text.

    A phone's screen may be all that, too. It is told by its size or by the clock at its top; and an agent
    taps in it, so nothing there is blank.

    Args:
        look: How it looks.
        lines: The text in it.
    """
    if not lines or look.extent[1] <= look.extent[0] or _is_phone(look.extent, lines):
        return False
    grid = look.grid.astype(np.int16)
    drawn = np.zeros(grid.shape, dtype=bool)
    drawn[:, 1:] |= np.abs(np.diff(grid, axis=1)) > _DRAWN
    drawn[1:] |= np.abs(np.diff(grid, axis=0)) > _DRAWN
    light = bool(np.median(grid[~drawn]) >= _PAPER) if not drawn.all() else True
    return light and int((drawn & _cells_of(look, lines)).sum()) >= _TEXT * int(drawn.sum())


def _is_phone(extent: Extent, lines: Sequence[TextLine]) -> bool:
    width, height = extent
    if width in _PHONE_WIDTHS and any(abs(height / width - shape) < _NEAR for shape in _PHONE_SHAPES):
        return True
    bar = [line.text for line in lines if line.box[3] <= _BAR * height]
    return any(map(_CLOCK.search, bar)) and not any(map(_DATE.search, bar))


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
