"""Tables: CSV and TSV, Markdown, what databases draw, and aligned columns under a header."""

import re
from itertools import pairwise

from agentcompress.values import Cut

from .rows import Rows, Span, sampled
from .stretches import joined, lines, stretches
from .table_layouts import RULE, Layout, layout_of

_PADDING = re.compile(r"[ \t]{2,}(?=[|│┃║])|(?<=[|│┃║])[ \t]{2,}")
_DRAWN_LONG = re.compile(r"([-=─━═])\1{2,}")
_GUTTER = re.compile(r" {2,}")
_MANY_CELLS = 5
_LEAST_LENGTH = 80
_LONGEST_CELL = 40
_LEAST_WORDS = 5
_WORD = re.compile(r"\w+")
_TELLING = re.compile(r"[\d_/@#]")
"""What identifiers, paths and numbers have, and words do not."""


class TableSegmenter:
    """Cuts a piece a row, which stands under the header of its table."""

    def fits(self, text: str) -> bool:
        """Whether most of the first lines are rows of a table that names its columns."""
        return layout_of(sampled(text)) is not None

    def cut(self, text: str) -> Cut:
        """A piece a row; long ones are cut between cells."""
        layout = layout_of(sampled(text))
        if layout is None:
            return _plain(text)
        rows = Rows(text, lambda *row: _cut_between_cells(layout, *row))
        header: int | None = None
        for start, end in lines(text):
            if layout.drawn and RULE.match(text, start, end):
                rows.add(start, end)
            elif not layout.row.match(text, start, end):
                rows.add(start, end, head=None if layout.drawn else header)
                header = None if layout.drawn else header
            elif header is None:
                header = rows.add(start, end, "heading")
            else:
                rows.add(start, end, "record", header, _cells_with_atoms(layout, text, start, end))
            if layout.drawn and text.count("\n", start, end) > 1:
                header = None
        return rows.cut()

    def compact(self, text: str) -> str:
        """Without the spaces and lines that align what is drawn."""
        layout = layout_of(sampled(text))
        if layout is None or not layout.drawn:
            return text
        body = text.split("\n")
        made = _without_padding(body) if "|" in layout.cells.pattern else _with_narrow_gutters(body)
        short = "\n".join(made)
        return short if len(short) < len(text) else text


def _plain(text: str) -> Cut:
    rows = Rows(text)
    for start, end in lines(text):
        rows.add(start, end)
    return rows.cut()


def _cells(layout: Layout, text: str, start: int, end: int) -> list[Span]:
    ends = [cell.end() for cell in layout.cells.finditer(text, start, end) if cell[0][0] != '"']
    bounds = [start, *ends] if ends and ends[-1] == end else [start, *ends, end]
    return [(left, right) for left, right in pairwise(bounds) if left < right]


def _cut_between_cells(layout: Layout, text: str, start: int, end: int, width: int) -> list[Span]:
    cells = joined(_cells(layout, text, start, end), width)
    return [span for cell in cells for span in stretches(text, *cell, width)]


def _cells_with_atoms(layout: Layout, text: str, start: int, end: int) -> tuple[str, ...]:
    """The row with only its first cell and those that a later call may need."""
    if end - start < _LEAST_LENGTH:
        return ()
    cells = _cells(layout, text, start, end)
    if len(cells) < _MANY_CELLS:
        return ()
    short, left_out = "", ""
    for at, (left, right) in enumerate(cells):
        cell = text[left:right]
        if at == 0 or (right - left <= _LONGEST_CELL and _TELLING.search(cell)):
            short += cell
        else:
            short += "" if short.endswith("…") else "…"
            left_out += cell + " "
    row = text[start:end]
    if len(_WORD.findall(left_out)) < _LEAST_WORDS or len(short) > 0.6 * len(row):
        return ()
    ending = row[len(row.rstrip()) :]
    return (short.rstrip() + ending,)


def _without_padding(body: list[str]) -> list[str]:
    return [
        _DRAWN_LONG.sub(r"\1\1\1", line) if RULE.match(line) else _PADDING.sub(" ", line).strip()
        for line in body
    ]


def _with_narrow_gutters(body: list[str]) -> list[str]:
    """Rows with two spaces between cells, where no cell is empty: else its column could not be told."""
    rows = [_GUTTER.split(line.strip()) for line in body]
    drawn = [RULE.match(line) is not None for line in body]
    lengths = {len(row) for row, rule in zip(rows, drawn, strict=True) if row != [""] and not rule}
    if len(lengths) != 1:
        return body
    return [
        _DRAWN_LONG.sub(r"\1\1\1", "  ".join(row)) if rule else "  ".join(row)
        for row, rule in zip(rows, drawn, strict=True)
    ]
