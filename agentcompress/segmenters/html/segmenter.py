"""HTML and XML: elements with their short text, and stretches of long text."""

import re
from collections.abc import Iterable, Iterator, Mapping

from agentcompress.segmenters.stretches import MOST_PIECES, WIDTH, grain, joined
from agentcompress.values import Cut, Piece, SegmentKind

from .spans import Spans
from .tags import MARK, smaller_forms

_SAMPLE = 8_000
_FIRST_TAG = re.compile(
    r"\A(?P<before>[^<{\[]{0,300}^|)\s*(?:(?P<document><!doctype|<html[\s>]|<\?xml)|<!--|<[A-Za-z])",
    re.I | re.M,
)
_NOT_MARKUP = re.compile(r"^(?:@@ |#+ |import |export |from |package |def )|\bclassName=|=\{|<>|</>", re.M)
_LEAST_TAGS = 4
_LEAST_SHARE = 0.25
_LEAST_SHARE_OF_DOCUMENT = 0.02
_SPACED = re.compile(
    r"(?P<kept><(pre|textarea|script|style|xmp)\b[^<]*+(?:<(?!/\2\b)[^<]*+)*+|<!--[^-]*+(?:-(?!->)[^-]*+)*+"
    r"|<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+)"
    r"|(?<=>)[ \t]*+\r?\n\s*+|(?<!\s)[ \t]*+\r?\n\s*+(?=<)",
    re.I,
)
_TITLED = re.compile(r"<tr\b.*<th\b(?!.*<td\b)", re.I | re.S)
_MEMBER = re.compile(
    r"<(?:(?P<cell>td)|(?P<option>option)|(?P<control>input|textarea|button|select))[\s/>]", re.I
)
_SCOPE = re.compile(r"<(?:/(?P<leaves>table|form|select)|(?P<enters>table|form|select))[\s>]", re.I)
_SCOPE_OF = {"cell": "table", "option": "select", "control": "form"}


class HtmlSegmenter:
    """Cuts markup into elements of about 80 characters; scripts, styles, comments and drawings stand apart.

    A table row stands under the header row, an option under its `<select>`, a control under its `<form>`,
    where those are short. Smaller forms leave out what only browsers read, then plain structure.
    """

    def fits(self, text: str) -> bool:
        """Whether the beginning is markup for the most part, or that of a whole document."""
        sample = text[:_SAMPLE]
        first = _FIRST_TAG.match(sample)
        if first is None:
            return False
        marks = [(mark.lastgroup, mark[0]) for mark in MARK.finditer(sample)]
        share = sum(len(mark) for _, mark in marks) / len(sample[first.end("before") :].strip())
        if first["document"]:
            return len(marks) > 1 and share >= _LEAST_SHARE_OF_DOCUMENT
        if _NOT_MARKUP.search(MARK.sub(_without_script, sample)):
            return False
        opened = sum(group == "open" for group, _ in marks)
        closed = sum(group == "close" or mark.endswith("/>") for group, mark in marks)
        return opened + closed >= _LEAST_TAGS and 3 * closed >= opened and share >= _LEAST_SHARE

    def cut(self, text: str) -> Cut:
        """A piece an element with its short text, a stretch of long text, a script or drawing."""
        width = grain(text)
        found = Spans(text, width)
        spans = found.spans
        kinds = {start: kind for (start, _), kind in zip(spans, found.kinds, strict=True)}
        if len(spans) > MOST_PIECES or width > WIDTH:
            spans = joined(spans, width)
        return Cut(pieces=list(_pieces(text, spans, kinds)))

    def compact(self, text: str) -> str:
        """The text without indentation and blank lines between tags."""
        if "xml:space" in text:
            return text
        return _SPACED.sub(lambda match: match["kept"] or "\n", text)


def _without_script(mark: re.Match[str]) -> str:
    return mark[0] if mark.lastgroup in ("open", "close") else ""


def _pieces(text: str, spans: Iterable[tuple[int, int]], kinds: Mapping[int, SegmentKind]) -> Iterator[Piece]:
    heads: dict[str, int] = {}
    for index, (start, end) in enumerate(spans):
        kind, said = kinds[start], text[start:end]
        if kind == "code":
            yield Piece(start=start, end=end, kind=kind)
            continue
        yield Piece(start=start, end=end, kind=kind, head=_head(said, heads), condensed=smaller_forms(said))
        _enter(said, index, heads)


def _head(said: str, heads: dict[str, int]) -> int | None:
    member = _MEMBER.search(said)
    return heads.get(_SCOPE_OF[member.lastgroup or ""]) if member else None


def _enter(said: str, index: int, heads: dict[str, int]) -> None:
    """Notes which header row, form and select the pieces after this one are under."""
    for scope in _SCOPE.finditer(said):
        if scope["leaves"]:
            heads.pop(scope["leaves"].lower(), None)
        else:
            _open(scope["enters"].lower(), said, index, heads)
    if len(said) <= 2 * WIDTH and "table" not in heads and _TITLED.search(said):
        heads["table"] = index


def _open(scope: str, said: str, index: int, heads: dict[str, int]) -> None:
    heads.pop(scope, None)
    if scope != "table" and len(said) <= 2 * WIDTH:
        heads[scope] = index
