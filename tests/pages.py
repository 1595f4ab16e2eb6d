"""A page of text for tests: drawn, not stored."""

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO

import PIL.Image
import PIL.ImageDraw

from agentcompress.values import Image, TextLine

EXTENT = (400, 600)
TEXTS = [
    "OLD MILL BAKERY",
    "Main Street 5",
    "Date 2024-05-17",
    *[f"Bread {n}.50" for n in range(12)],
    "Total 78.00",
]
LINES = [
    TextLine(text=text, box=(40, 20 + 34 * row, 40 + 9 * len(text), 36 + 34 * row))
    for row, text in enumerate(TEXTS)
]


class PageReader:
    """Knows what is on the page."""

    name = "page"

    def lines(self, image: Image) -> Sequence[TextLine]:
        return LINES


def page() -> PIL.Image.Image:
    """A page with dark strokes where its text stands."""
    picture = PIL.Image.new("RGB", EXTENT, "white")
    draw = PIL.ImageDraw.Draw(picture)
    for line in LINES:
        left, top, right, bottom = line.box
        for x in range(left, right, 4):
            draw.rectangle((x, top, x + 1, bottom - 1), fill="black")
    return picture


def uri() -> str:
    buffer = BytesIO()
    page().save(buffer, "PNG")
    return f"data:image/png;base64,{b64encode(buffer.getvalue()).decode()}"
