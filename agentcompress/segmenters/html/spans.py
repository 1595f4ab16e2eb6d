"""Where markup is cut: about one element, table row or stretch of text a span."""

import re
from itertools import pairwise

from agentcompress.segmenters.stretches import WIDTH, lines, stretches
from agentcompress.values import SegmentKind

from .tags import MARK


def _names(said: str) -> frozenset[str]:
    return frozenset(said.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_IN_TEXT = _names(
    "a abbr b bdi bdo br cite code del dfn em font i img ins kbd label mark q s samp small span strong sub "
    "sup time u var wbr"
)
_CELLS = _names("td th")
_HEADINGS = _names("title h1 h2 h3 h4 h5 h6")
_USED = _names("a button form input label option select textarea")
_OWN = re.compile(r"\s(?:[\w-]*id|ref|name|role|data-(?:test|qa|cy)[\w-]*)\s*=", re.I)
_LONG_VALUE = re.compile(r"""(?<==")[^"]{160,}+(?=")|(?<==')[^']{160,}+(?=')""")
_LONG_TAG = 8 * WIDTH
"""Characters above which a tag is cut: less is one piece, however many class names it carries."""
_LONG_DRAWING = 50 * WIDTH
_TAG_WEIGHT = WIDTH // 2
_RAW: dict[str, SegmentKind] = {"script": "code", "comment": "other", "drawing": "other"}


class Spans:
    """Cuts markup in one pass.

    A start tag opens a span once the one before has content; text, its end tags and tags inside
    text go with it until it is wide enough. End tags of outer elements are spans of their own.

    Args:
        text: The markup.
        width: Characters that a span should have.
    """

    def __init__(self, text: str, width: int) -> None:
        self._text = text
        self._width = width
        self._start = 0
        self._weight = 0
        """Characters since the start, tags counted shorter than they may be."""
        self._filled = False
        """Whether more than start tags of wrappers has come since the start."""
        self._open = 0
        """Elements open since the start."""
        self._ends = False
        """Whether it began with the end tag of an outer element."""
        self.spans: list[tuple[int, int]] = []
        self.kinds: list[SegmentKind] = []
        """What each span is."""
        self._kind: SegmentKind = "other"
        self._scan()

    def _scan(self) -> None:
        at = 0
        for mark in MARK.finditer(self._text):
            start, end = mark.span()
            if start > at:
                self._words(at, start)
            group = mark.lastgroup or ""
            if group == "open":
                self._start_tag(mark, at)
            elif group == "close":
                self._end_tag(start, end, at)
            elif group == "script" or (group in _RAW and end - start > self._width // 2):
                self._set_apart(start, end, _RAW[group], at)
            else:
                self._weight += end - start
                self._filled = True
            at = end
        if at < len(self._text):
            self._words(at, len(self._text))
        self._cut(len(self._text))

    def _start_tag(self, mark: re.Match[str], after: int) -> None:
        start, end = mark.span()
        name, own = mark["open"].lower(), _OWN.search(self._text, start, end) is not None
        weight = min(end - start, _TAG_WEIGHT)
        goes_on = not own and (name in _CELLS or name in _IN_TEXT)
        wide = 2 * self._width if goes_on and (name in _CELLS or not self._filled) else self._width
        if self._weight + weight > wide or (self._filled and not goes_on):
            self._cut(self._line_start(after, start), still_open=name in _IN_TEXT and not own)
        if name in _HEADINGS:
            self._kind = "heading"
        elif self._kind != "heading" and (own or name in _USED):
            self._kind = "element"
        if end - start > _LONG_TAG:
            self._long_tag(start, end)
        self._weight += weight
        if name in _VOID or self._text.startswith("/>", end - 2):
            self._filled = True
        else:
            self._filled |= own
            self._open += 1

    def _end_tag(self, start: int, end: int, after: int) -> None:
        if self._filled and not self._open and not self._ends:
            self._cut(self._line_start(after, start))
            self._ends = True
        self._filled = True
        self._open = max(0, self._open - 1)
        self._weight += end - start

    def _words(self, start: int, end: int) -> None:
        text = self._text[start:end]
        if text.isspace():
            if start == self._start:
                self._cut(text.rfind("\n") + 1 + start)
            return
        if self._weight + len(text) <= 2 * self._width or (len(text) <= self._width and not self._filled):
            self._weight += len(text)
        else:
            if self._filled:
                self._cut(start, still_open=True)
            *full, last = self._stretches(start, end)
            for span in full:
                self._said()
                self._cut(span[1], still_open=True)
            self._weight = last[1] - last[0]
        self._said()

    def _said(self) -> None:
        self._filled = True
        if self._kind == "other":
            self._kind = "text"

    def _set_apart(self, start: int, end: int, kind: SegmentKind, after: int) -> None:
        self._cut(self._line_start(after, start))
        if kind == "other" and end - start <= _LONG_DRAWING:
            spans = [(start, end)]
        else:
            spans = self._stretches(start, end)
        for span in spans:
            self._kind = kind
            self._cut(span[1])

    def _stretches(self, start: int, end: int) -> list[tuple[int, int]]:
        found = lines(self._text, start, end)
        return [span for line in found for span in stretches(self._text, *line, self._width)]

    def _long_tag(self, start: int, end: int) -> None:
        kind = self._kind
        values = [bound for value in _LONG_VALUE.finditer(self._text, start, end) for bound in value.span()]
        for number, part in enumerate(pairwise([start, *values, end])):
            for _, stop in stretches(self._text, *part, self._width):
                self._kind = "other" if number % 2 else kind
                if stop < end:
                    self._cut(stop, still_open=True)

    def _line_start(self, after: int, start: int) -> int:
        """Where the line of a tag starts if only indentation stands before it."""
        line = self._text.rfind("\n", max(after, self._start), start) + 1
        return line if line and not self._text[line:start].strip() else start

    def _cut(self, at: int, *, still_open: bool = False) -> None:
        piece = self._text[self._start : at]
        if piece.strip():
            self.spans.append((self._start, at))
            self.kinds.append(self._kind)
        elif piece and self.spans:
            self.spans[-1] = (self.spans[-1][0], at)
        elif piece and at == len(self._text):
            self.spans.append((0, at))
            self.kinds.append("text")
        else:
            return
        self._start, self._weight, self._filled, self._ends, self._kind = at, 0, False, False, "other"
        if not still_open:
            self._open = 0
