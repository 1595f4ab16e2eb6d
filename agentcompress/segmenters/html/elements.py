"""Accessibility trees and element lists: pages the way agents are shown them, an element a line."""

import re
from collections.abc import Iterator

from agentcompress.segmenters.stretches import MOST_PIECES, WIDTH, grain, joined, lines, stretches
from agentcompress.values import Cut, Piece, SegmentKind

from .element_lines import LINE, forms, likeness

_SAMPLE = 8_000
_LEAST_LINES = 4
_LEAST_SHARE = 0.6
_LEAST_SURE_SHARE = 0.35
"""Lists of elements with numbers have the text between them on lines of its own."""
_LONG_LINE = 4 * WIDTH
_TEXTS = ("text", "paragraph", "StaticText", "InlineTextBox")
_HOLDERS = (
    *("row", "listitem", "article", "dialog", "alertdialog", "form", "group", "region", "radiogroup"),
    *("tabpanel", "treeitem", "menu", "listbox", "combobox", "LayoutTableRow", "MenuListPopup"),
)
"""Roles whose name says which one of many the elements inside are of."""


class ElementSegmenter:
    """Cuts an element tree into its lines; a link's address stays with the link.

    An element stands under the row, dialog, form or list that it is in, where that has a short name.
    Smaller forms leave out passing states, then most of a long name, and never an id.
    """

    def fits(self, text: str) -> bool:
        """Whether most lines at the beginning show an element each."""
        sample = text[:_SAMPLE].splitlines()
        if len(text) > _SAMPLE:
            sample.pop()
        likenesses = [likeness(line) for line in sample if line.strip()]
        if len(likenesses) < _LEAST_LINES:
            return False
        shown, sure = (sum(found >= least for found in likenesses) for least in (1, 2))
        return max(shown / _LEAST_SHARE, sure / _LEAST_SURE_SHARE) >= len(likenesses)

    def cut(self, text: str) -> Cut:
        """A piece an element, a line of text or a stretch of a long line."""
        width = grain(text)
        spans = _with_parts(text, lines(text))
        if len(spans) > MOST_PIECES or width > WIDTH:
            spans = joined(spans, width)
        return Cut(pieces=list(_pieces(text, spans, width)))

    def compact(self, text: str) -> str:
        """The text itself: models read deep indentation as one token, and every line tells something."""
        return text


def _with_parts(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans of lines, those that only say where a link leads made one with the link's."""
    made: list[tuple[int, int]] = []
    for start, end in spans:
        if made and end - made[-1][0] <= _LONG_LINE and text[start:end].lstrip().startswith("- /"):
            made[-1] = (made[-1][0], end)
        else:
            made.append((start, end))
    return made


def _pieces(text: str, spans: list[tuple[int, int]], width: int) -> Iterator[Piece]:
    holders: list[tuple[int, int]] = []
    index = 0
    for start, end in spans:
        line = text[start:end]
        match = LINE.match(line)
        indent = len(match["indent"]) if match else len(line) - len(line.lstrip())
        while holders and holders[-1][0] >= indent:
            holders.pop()
        head = holders[-1][1] if holders else None
        if match and match["role"] in _HOLDERS and match["name"] and end - start <= WIDTH:
            head = None
            holders.append((indent, index))
        kind = _kind(match)
        first, *rest = (
            stretches(text, start, end, width) if end - start > max(width, _LONG_LINE) else [(start, end)]
        )
        condensed = () if rest else forms(line, match)
        yield Piece(start=first[0], end=first[1], kind=kind, head=head, condensed=condensed)
        for a, b in rest:
            yield Piece(start=a, end=b, kind=kind, head=index if kind != "text" else head)
        index += 1 + len(rest)


def _kind(match: re.Match[str] | None) -> SegmentKind:
    if match is None or match["part"] or match["role"] in _TEXTS:
        return "text"
    return "heading" if match["role"] == "heading" else "element"
