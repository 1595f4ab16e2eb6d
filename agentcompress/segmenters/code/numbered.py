"""Listings: consecutive lines that begin with their numbers."""

import re
from typing import NamedTuple

_PREFIX = re.compile(
    r"^ *(?:[Ll]ine )?(?P<number>0|[1-9]\d{0,6})(?:(?P<mark>[\t→])| {0,3}(?P<bar>[|│])"
    r"|(?P<colon>:)(?!\d\d\b))",
    re.MULTILINE,
)
_GLUED = re.compile(r"(?:(?<=\s)|^)(?:[Ll]ine )?(?P<number>\d{1,7})(?P<mark>[\t→:|│])")
_PADDING = re.compile(r"^ +(?=\d+(?:[\t→]| {0,3}[|│]))", re.MULTILINE)
_RULE = re.compile(r"[\s|+│┼:=-]*-[\s|+│┼:=-]*")
_LEAST = 3
"""Lines in a row that make a listing."""


class Row(NamedTuple):
    """One line."""

    start: int
    """Where it begins, in characters."""
    code: int
    """Where what stands behind its number begins; `start` where it has none."""
    end: int
    """Where it ends, line end included."""


def rows(text: str, start: int, end: int) -> list[Row]:
    """The lines between two positions, none of them numbered; only a newline ends a line."""
    found: list[Row] = []
    while start < end:
        stop = text.find("\n", start, end) + 1 or end
        found.append(Row(start, start, stop))
        start = stop
    return found


def listings(text: str, start: int = 0, end: int | None = None) -> list[list[Row]]:
    """Runs of lines that begin with numbers ascending by one, followed by the same mark."""
    end = len(text) if end is None else end
    runs: list[list[Row]] = []
    wanted: tuple[int, str, int] | None = None
    for match in _PREFIX.finditer(text, start, end):
        number, mark = int(match["number"]), match["mark"] or match["bar"] or match["colon"]
        row = Row(match.start(), match.end(), text.find("\n", match.end(), end) + 1 or end)
        if (number, mark, row.start) == wanted:
            runs[-1].append(row)
        else:
            runs.append([*_first_behind_text(text, start, row.start, number - 1, mark), row])
        wanted = number + 1, mark, row.end
    return [_behind_space(text, run) for run in runs if len(run) >= _LEAST and not _is_table(text, run)]


def _behind_space(text: str, run: list[Row]) -> list[Row]:
    """The listing with the space behind its marks counted to them, where every line has one."""
    if text[run[0].code - 1] not in ":|│" or any(
        text[row.code] not in " \r\n" for row in run if row.code < row.end
    ):
        return run
    return [row._replace(code=row.code + (text[row.code : row.code + 1] == " ")) for row in run]


def _first_behind_text(text: str, floor: int, at: int, number: int, mark: str) -> list[Row]:
    """The first line of a listing where a tool put words before it."""
    begin = max(floor, text.rfind("\n", floor, max(floor, at - 1)) + 1)
    for match in _GLUED.finditer(text, begin, at):
        if int(match["number"]) == number and match["mark"] == mark:
            return [Row(match.start(), match.end(), at)]
    return []


def _is_table(text: str, run: list[Row]) -> bool:
    """Whether the numbers are the first column of a table, not line numbers."""
    above = text[text.rfind("\n", 0, max(0, run[0].start - 1)) + 1 : run[0].start]
    if "-" in above and _RULE.fullmatch(above):
        return True
    mark = text[run[0].code - 1]
    if mark not in "\t|│" or (mark == "\t" and text[run[0].start] == " "):
        return False
    cells = sum(mark in text[row.code : row.end].strip() for row in run)
    return cells > len(run) / 2


def without_padding(text: str) -> str:
    """The text with the spaces before its line numbers gone: a good tenth of a listing's tokens."""
    parts, at = [], 0
    for run in listings(text):
        parts += [text[at : run[0].start], _PADDING.sub("", text[run[0].start : run[-1].end])]
        at = run[-1].end
    return "".join([*parts, text[at:]])
