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


def phone(
    size: tuple[int, int], *, ground: str = "white", ink: str = "black", clock: str = ""
) -> tuple[PIL.Image.Image, list[TextLine]]:
    """A phone's screen that shows text and little else, with the time at its top where there is one."""
    width, height = size
    picture = PIL.Image.new("RGB", size, ground)
    draw = PIL.ImageDraw.Draw(picture)
    tall = height // 40
    rows = [(clock, height // 80)] if clock else []
    rows += [(f"Message number {row}", height // 10 + row * 2 * tall) for row in range(16)]
    lines = []
    for text, top in rows:
        lines.append(
            TextLine(text=text, box=(width // 20, top, width // 20 + len(text) * width // 24, top + tall))
        )
        left, _, right, bottom = lines[-1].box
        for x in range(left, right, width // 100):
            draw.rectangle((x, top, x + width // 200, bottom - 1), fill=ink)
    return picture, lines
