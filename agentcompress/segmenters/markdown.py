"""Markdown: documents, READMEs, wiki pages, fetched web pages."""

import re

from agentcompress.values import Cut, Piece, SegmentKind

from .links import shortened
from .markdown_blocks import DELIMITER, HEADING, ITEM, Block, blocks, fenced
from .sentences import passages, tidied
from .stretches import WIDTH, grain, joined, lines, stretches

_SAMPLE = 8_000
_LINK = re.compile(r"\[[^\]\n]{1,200}\]\((?:https?://|[./#\w])[^()\s]*\)")
_BOLD = re.compile(r"(?<!\S)\*\*[^\s*][^*\n]{0,80}\*\*")
_ODD = re.compile(
    r"[ \t]*(?:(?:def|class|import|from|return|public|private|static|const|let|var) |@\w|\d+[→|:\t]|\[\w*\] "
    r"|[$%] |>>> |diff |@@ |[+-]{3} |[+-](?:[^\s+-]| {4})|commit [0-9a-f]{7}|[{}]"
    r"|(?:- +)?[a-z_][\w.-]*:(?:[ \t]|$))|.*(?:[{};]|\\)$"
)
"""Lines of code, data, logs and listings."""
_TABLE = re.compile(r"(?:^[ \t]*\|[^\n]*\|[ \t\r]*(?:\n|\Z)){2,}", re.MULTILINE)
_PADDING = re.compile(r"(?<=\|)[ \t]{2,}|(?<=\S)[ \t]{2,}(?=\|)")
_DASHES = re.compile(r"(?<=[|: ])-{4,}(?=[|: ])")
_TWIN = re.compile(r"\[(https?://[^\[\]\s]+)\]\(\1\)")


class MarkdownSegmenter:
    """Cuts into headings, sentences, list items, table rows and lines of code.

    A table's rows stand under its header row; long addresses of links can be left out.
    """

    def fits(self, text: str) -> bool:
        """Whether there are several signs of Markdown and, outside of fences, few of code or data."""
        sample = text[:_SAMPLE]
        fences = list(fenced(sample))
        outside = _outside(sample, fences)
        rows = [row for row in outside.splitlines() if row.strip()]
        odd = sum(_ODD.match(row) is not None for row in rows)
        headings = sum(HEADING.match(row) is not None for row in rows)
        if odd > len(rows) * 0.1 or headings > len(rows) * 0.4 or (rows and _ODD.match(rows[0])):
            return False
        items = sum(ITEM.match(row) is not None for row in rows)
        tables = any(map(DELIMITER.match, rows))
        strong = sum(map(bool, (fences, tables, _LINK.search(outside), _BOLD.search(outside))))
        weak = (headings > 0) + (items > 1)
        return weak == 2 or (strong > 0 and strong + weak > 1)

    def cut(self, text: str) -> Cut:
        """A piece a heading, sentence, item, row or line of code."""
        width = grain(text)
        if width > WIDTH:
            spans = [span for row in lines(text) for span in stretches(text, *row, width)]
            return Cut(pieces=[Piece(start=a, end=b, kind="text") for a, b in joined(spans, width)])
        pieces: list[Piece] = []
        header: int | None = None
        for block in blocks(text):
            if block[0] == "header":
                # What is worth showing with each row must be small.
                header = len(pieces) if block[2] - block[1] <= 2 * WIDTH else None
            pieces += _pieces(text, block, header)
        return Cut(pieces=pieces)

    def compact(self, text: str) -> str:
        """Without padding of tables, blanks at line ends, repeated blank lines; code is left alone."""
        parts: list[str] = []
        at = 0
        for start, end in fenced(text):
            parts += (_compacted(text[at:start]), text[start:end])
            at = end
        return "".join([*parts, _compacted(text[at:])])


_KINDS: dict[str, SegmentKind] = {"code": "code", "heading": "heading", "header": "heading", "row": "record"}


def _pieces(text: str, block: Block, header: int | None) -> list[Piece]:
    what, start, end = block
    cut = passages if what == "passage" else stretches
    return [
        Piece(
            start=first,
            end=last,
            kind=_KINDS.get(what, "text"),
            head=header if what == "row" else None,
            condensed=() if what in ("code", "header") else shortened(text[first:last]),
        )
        for first, last in cut(text, start, end, WIDTH)
    ]


def _outside(text: str, fences: list[tuple[int, int]]) -> str:
    bounds = [0, *(bound for span in fences for bound in span), len(text)]
    return "".join(text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True))


def _compacted(text: str) -> str:
    return tidied(_TWIN.sub(r"<\1>", _TABLE.sub(_unpadded, text)))


def _unpadded(table: re.Match[str]) -> str:
    rows = table[0].splitlines(keepends=True)
    if not DELIMITER.match(rows[1]):
        return table[0]
    rows[1] = _DASHES.sub("---", rows[1])
    return "".join(_PADDING.sub(" ", row) for row in rows)
