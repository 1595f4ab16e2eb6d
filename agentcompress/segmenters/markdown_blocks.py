"""The blocks of a Markdown text: what each run of lines is."""

import re
from collections.abc import Iterator
from typing import Literal

from .sentences import wrapped
from .stretches import lines

BlockKind = Literal["code", "heading", "header", "row", "apart", "passage"]
"""`header` and `row` are a table's, `apart` is a line that joins no paragraph, such as a quote."""

_FENCE = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(`{3,}|~{3,})([^`\n]*)$", re.MULTILINE)
HEADING = re.compile(r" {0,3}#{1,6}[ \t]+\S")
ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S")
DELIMITER = re.compile(
    r"[ \t]*(?=[^\n]*\|)\|?(?:[ \t]*:?-++:?[ \t]*\|)*+(?:[ \t]*:?-++:?)?[ \t\r]*$", re.MULTILINE
)
_UNDERLINE = re.compile(r" {0,3}(?:={2,}|-{2,})[ \t\r]*$", re.MULTILINE)
_APART = re.compile(r"[ \t]*(?:[>|<]|\[[^\]\n]+\]:|(?:[-*_][ \t]*){3,}$)", re.MULTILINE)
_INDENTED = re.compile(r" {4}|\t")

Block = tuple[BlockKind, int, int]
Rows = list[tuple[int, int]]


def blocks(text: str) -> Iterator[Block]:
    """What the text consists of, in order, nothing left out."""
    rows = lines(text)
    at = 0
    while at < len(rows):
        start, end = rows[at]
        last = at + 1
        if opened := _FENCE.match(text, start, end):
            last = _fence_end(text, rows, at, opened)
            yield from (("code", *row) for row in rows[at:last])
        elif _is_header(text, rows, at):
            last = _table_end(text, rows, at)
            yield "header", start, end
            yield from (("row", *row) for row in rows[at + 1 : last])
        elif HEADING.match(text, start, end):
            yield "heading", start, end
        elif _APART.match(text, start, end) or _INDENTED.match(text, start, end):
            yield "apart", start, end
        elif last < len(rows) and _tight(text, rows[at]) and _UNDERLINE.match(text, *rows[last]):
            last = at + 2
            yield "heading", start, rows[at + 1][1]
        else:
            last = _paragraph_end(text, rows, at)
            yield "passage", start, rows[last - 1][1]
        at = last


def fenced(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the code between fences, fences included; one that is never closed goes to the end."""
    opened: re.Match[str] | None = None
    for mark in _FENCE.finditer(text):
        if opened is None:
            opened = mark
        elif _closes(mark, opened):
            yield opened.start(), mark.end()
            opened = None
    if opened:
        yield opened.start(), len(text)


def _tight(text: str, row: tuple[int, int]) -> bool:
    """Whether the next line follows without a blank one."""
    return text.find("\n", row[0], row[1] - 1) < 0


def _is_header(text: str, rows: Rows, at: int) -> bool:
    if at + 1 == len(rows) or text.find("|", *rows[at]) < 0 or not _tight(text, rows[at]):
        return False
    return DELIMITER.match(text, *rows[at + 1]) is not None


def _table_end(text: str, rows: Rows, at: int) -> int:
    last = at + 2
    while last < len(rows) and _tight(text, rows[last - 1]) and text.find("|", *rows[last]) >= 0:
        last += 1
    return last


def _fence_end(text: str, rows: Rows, at: int, opened: re.Match[str]) -> int:
    last = at + 1
    while last < len(rows):
        mark = _FENCE.match(text, *rows[last])
        last += 1
        if mark and _closes(mark, opened):
            break
    return last


def _paragraph_end(text: str, rows: Rows, at: int) -> int:
    last = at + 1
    while last < len(rows) and wrapped(text, *rows[last - 1]):
        row = rows[last]
        fresh = any(mark.match(text, *row) for mark in (ITEM, _APART, HEADING, _FENCE))
        if fresh or _is_header(text, rows, last):
            break
        last += 1
    return last


def _closes(mark: re.Match[str], opened: re.Match[str]) -> bool:
    return mark[1].startswith(opened[1]) and not mark[2].strip()
