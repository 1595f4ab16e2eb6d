"""Which lines of a text are rows of a table, and where the cells of a row end."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

RULE = re.compile(
    r"(?=[^\n]*[-=─━═]{2})[-=+|:─━═│┃║┌┬┐├┼┤└┴┘╞╪╡╔╦╗╠╬╣╚╩╝╒╤╕╘╧╛┏┳┓┡╇┩┗┻┛╭╮╰╯ \t]+\r?$", re.MULTILINE
)
"""A line that only draws."""
_BARS = re.compile(r"[|│┃║]")
_BARRED = re.compile(r"[ \t]*[|│┃║].*[|│┃║]|[^|│\n]*\S[ \t]+[|│] ")
_QUOTED = re.compile(r'"[^"]*"')
_NAME = re.compile(r"[ \t]*[\"'#%*]*[A-Za-z_%#][^(){};=<>\[\]]{0,40}(?:\([^(){};=<>\[\]]{1,12}\)\"?)?$")
"""What names a column, its unit in parentheses at most behind it."""
_GUTTER = re.compile(r"(?<=\S) {2,}")
_LEAST_SHARE = 0.8
_LEAST_ROWS = 3
_LOOKED_AT = 40
_WIDEST = 400
_FIRST_LINES = 3
"""Lines among which a table's first row is looked for, as others may stand above it."""


class Layout(NamedTuple):
    """How the rows of a text are written."""

    cells: re.Pattern[str]
    """What ends a cell, or a quoted stretch in which nothing does."""
    row: re.Pattern[str]
    """What a row begins with or contains."""
    drawn: bool = True
    """Whether it is written for the eye, with spaces that align."""


_DRAWN = Layout(cells=_BARS, row=_BARRED)
_ALIGNED = Layout(cells=re.compile(r"[ \t]{2,}(?=\S)"), row=re.compile(r"[^\n]*\S[ \t]+\S"))
_SEPARATED = {
    separator: Layout(
        cells=re.compile(rf'"[^"\n]*"|({re.escape(separator)})'),
        row=re.compile(rf"[^\n]*{re.escape(separator)}"),
        drawn=False,
    )
    for separator in (",", "\t", ";", "|")
}


def layout_of(sample: Sequence[str]) -> Layout | None:
    """How the rows among some lines are written, where most of them are rows of one table."""
    if _is_barred(sample):
        return _DRAWN
    for separator, layout in _SEPARATED.items():
        if _is_separated(sample, separator):
            return layout
    return _ALIGNED if _is_aligned(sample) else None


def _is_barred(sample: Sequence[str]) -> bool:
    rules = [at for at, line in enumerate(sample) if RULE.match(line)]
    rows = [line for line in sample if _BARRED.match(line) and not RULE.match(line)]
    ruled = any(_BARS.search(sample[at]) or "+" in sample[at] or "┼" in sample[at] for at in rules)
    return ruled and len(rows) >= 2 and len(rows) + len(rules) >= _LEAST_SHARE * len(sample)


def _is_separated(sample: Sequence[str], separator: str) -> bool:
    lines = [_QUOTED.sub("", line) for line in sample]
    counts = [line.count(separator) for line in lines]
    (usual, times), *_ = Counter(counts).most_common(1) or [(0, 0)]
    if usual < 2 or times < max(_LEAST_ROWS, _LEAST_SHARE * len(sample)):
        return False
    spaced = sum(line.count(separator + " ") for line in lines)
    if separator == "," and 2 * spaced > sum(counts):
        return False
    return any(
        count == usual and _is_header(line.split(separator))
        for line, count in zip(sample[:_FIRST_LINES], counts, strict=False)
    )


def _is_header(cells: Sequence[str]) -> bool:
    named = [cell.strip() for cell in cells]
    return len(set(named)) == len(named) and all(
        _NAME.match(name) is not None or (at == 0 and not name) for at, name in enumerate(named)
    )


def _is_aligned(sample: Sequence[str]) -> bool:
    """Whether cells of all lines stand over each other, the first ones with names."""
    ruled = any(RULE.match(line) for line in sample[:_FIRST_LINES])
    rows = [line.expandtabs()[:_WIDEST].rstrip() for line in sample[:_LOOKED_AT] if not RULE.match(line)]
    return any(_stand_in_columns(rows[first:], ruled) for first in range(min(_FIRST_LINES - 1, len(rows))))


def _stand_in_columns(rows: Sequence[str], ruled: bool) -> bool:
    if len(rows) < _LEAST_ROWS + (not ruled):
        return False
    used = {at for row in rows for at, character in enumerate(row) if character != " "}
    columns = "".join("x" if at in used else " " for at in range(max(used, default=0) + 1))
    words = [found.start() for found in re.finditer(r"(?:^|(?<= ))x", columns)]
    names = {at: rows[0][at:end].strip() for at, end in zip(words, [*words[1:], None], strict=True)}
    # Words of a cell may stand over each other too: `10 days ago` in each row.
    starts = [at for at in words if names[at] or columns[max(0, at - 2) : at] in ("", "  ")]
    if len(starts) < (2 if ruled else 3) or not _GUTTER.search(columns):
        return False
    return _is_header([names[at] for at in starts]) and all(len(row) > starts[1] for row in rows)
