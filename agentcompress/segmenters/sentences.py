"""Sentences and passages of running text, by position."""

import re
from collections.abc import Iterable

from .stretches import WIDTH, stretches

# A run of full stops is tried once, at its start: a text of nothing else must not cost its square.
_END = re.compile(
    r"""[.!?…。！？｡](?<![.!?…。！？｡]{2})[.!?…。！？｡]*+["'”’»」』）)\]*_]*+"""  # noqa: RUF001
    r"""(?:\s++(?=[^\sa-z,;:)\]…–—-])|(?<=[。！？｡」』）])\s*+)"""  # noqa: RUF001
)
_SHORTENED = re.compile(
    r"mr|mrs|ms|dr|prof|rev|hon|st|sr|jr|gen|col|sgt|capt|lt|gov|sen|rep|pres|inc|ltd|co|corp|bros|univ|dept"
    r"|vs|etc|cf|ca|al|approx|e\.g|i\.e|a\.m|p\.m|u\.s|u\.k|z\.b|d\.h|u\.a|bzw|usw"
    r"|nos|nr|figs?|eqs?|secs?|ch|vols?|pp|eds?|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec",
    re.IGNORECASE,
)
_LONGEST = 8
"""Characters before a full stop that are looked at: more than the longest abbreviation has."""
_CLAUSE = re.compile(r"[,;:—–][\"'”’)\]]*\s+")  # noqa: RUF001
_WRAPPED = 50
"""Characters of a line from which on the next one may continue its paragraph."""
_TRAILING = re.compile(r"(?<![ \t])[ \t]+(?=\r?\n|\Z)")
_BLANKS = re.compile(r"(\n|\r\n)(?:\r?\n){2,}")


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences between two positions; what is blank behind one belongs to it.

    Line ends are blanks like any other: whoever has paragraphs passes one at a time.
    """
    spans: list[tuple[int, int]] = []
    at = start
    for match in _END.finditer(text, start, end):
        if text[match.start()] == "." and _goes_on(text, at, match.start()):
            continue
        spans.append((at, match.end()))
        at = match.end()
    if at < end:
        spans.append((at, end))
    return spans


def passages(text: str, start: int, end: int, width: int = WIDTH) -> list[tuple[int, int]]:
    """Spans of about `width` characters: short sentences joined, long ones cut between words."""
    spans: list[tuple[int, int]] = []
    held = start
    for first, last in sentences(text, start, end):
        if first > held and (first - held >= width or last - held > 2 * width):
            spans.append((held, first))
            held = first
        if last - held > 2 * width:
            spans += _stretched(text, held, last, width)
            held = last
    if held < end:
        spans.append((held, end))
    return spans


def wrapped(text: str, start: int, end: int) -> bool:
    """Whether a line is long enough to have been wrapped, and no blank line follows it."""
    return end - start > _WRAPPED and text.find("\n", start, end - 1) < 0


def tidied(text: str) -> str:
    """The text without blanks at line ends and without repeated blank lines."""
    return _BLANKS.sub(r"\1\1", _TRAILING.sub("", text))


def _goes_on(text: str, start: int, stop: int) -> bool:
    """Whether a full stop belongs to an abbreviation, an initial or a list's number."""
    word = text[max(start, stop - _LONGEST) : stop].rsplit(None, 1)[-1:]
    if not word:
        return False
    before = word[0].lstrip("([\"'“‘*_")  # noqa: RUF001
    if before.isdigit():
        return stop - start == len(before) <= 3
    return _SHORTENED.fullmatch(before) is not None or (
        len(before) == 1 and before.isupper() and before != "I"
    )


def _stretched(text: str, start: int, end: int, width: int) -> Iterable[tuple[int, int]]:
    """A long sentence, cut behind clauses where it has any, else between words."""
    while end - start > 2 * width:
        clause = _CLAUSE.search(text, start + width * 3 // 4, start + width * 3 // 2)
        cut = clause.end() if clause else text.find(" ", start + width, start + 2 * width) + 1
        if not cut or cut >= end:
            break
        yield start, cut
        start = cut
    yield from stretches(text, start, end, width)
