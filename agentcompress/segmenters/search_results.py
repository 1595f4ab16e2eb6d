"""Results of a web search as text: title, address and snippet, one entry after the other."""

import re
from collections.abc import Iterator
from itertools import pairwise

from agentcompress.values import Cut, Piece

from .links import shortened
from .prose import prose
from .sentences import passages, tidied
from .stretches import WIDTH, grain, lines

_SAMPLE = 8_000
_PREAMBLE = 1_200
"""Characters that may stand before the first entry."""
_COUNT = r"(?:\[\d{1,3}\][.:]?|\(?\d{1,3}[.):])"
_NUMBER = re.compile(
    rf"[ \t]*(?:#{{1,6}}[ \t]+)?[*_]{{0,2}}(?:(?:Result|Source)[ \t]*#?)?{_COUNT}[*_]{{0,2}}[ \t]+\S"
)
_LINK = re.compile(
    rf"[ \t]*(?:(?:{_COUNT}|[-*•])[ \t]+)?[*_]{{0,2}}\[[^\]\n]{{1,250}}\]"
    r"\(https?://[^\s)]+\)[*_]{0,2}[ \t\r]*$",
    re.MULTILINE,
)
_FIELD = re.compile(
    rf"[ \t]*(?:{_COUNT}[ \t]+)?(?:[-*•][ \t]+)?[*_]{{0,2}}"
    r"(title|url|link|href|source|snippet|description|content|summary|text|abstract|published|date|authors?)"
    r"(?: [a-z]+)?[*_]{0,2}:[*_]{0,2}[ \t]+\S",
    re.IGNORECASE,
)
_URL = re.compile(
    rf"[ \t]*(?:{_COUNT}[ \t]+)?(?:[-*•][ \t]+)?(?:[*_]{{0,2}}[A-Za-z][\w -]{{1,20}}:[*_]{{0,2}}[ \t]*)?"
    r"[<(]?(?:https?://|www\.)\S+[ \t\r]*$",
    re.MULTILINE,
)

Rows = list[tuple[int, int]]


class SearchResultSegmenter:
    """Cuts into titles, addresses and sentences, which stand under the title of their entry."""

    def fits(self, text: str) -> bool:
        """Whether entries of one shape, each with its address, follow each other from near the start."""
        sample = text[:_SAMPLE]
        if sample.count("://") < 2:
            return False
        rows = lines(sample)
        starts = _starts(sample, rows)
        if len(starts) < 2 or rows[starts[0]][0] > _PREAMBLE:
            return False
        # The sample may end inside the last entry; lists of links have no snippets.
        return sum(b - a > 1 for a, b in pairwise(starts)) >= (len(starts) - 1) * 0.7

    def cut(self, text: str) -> Cut:
        """A piece a title, an address, a sentence or so."""
        rows = lines(text)
        starts = _starts(text, rows) if grain(text) == WIDTH else []
        pieces = prose(text, 0, rows[starts[0]][0] if starts else len(text))
        for first, last in pairwise([*starts, len(rows)]):
            pieces += _entry(text, rows[first:last], len(pieces))
        return Cut(pieces=pieces)

    def compact(self, text: str) -> str:
        """Without blanks at line ends and without repeated blank lines."""
        return tidied(text)


def _starts(text: str, rows: Rows) -> list[int]:
    """Which lines begin an entry, in the shape that the text repeats; none where it repeats none."""
    urls = [_is_url(text, row) for row in rows]
    numbered: list[int] = []
    linked: list[int] = []
    bare: list[int] = []
    fields: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        if field := _FIELD.match(text, *row):
            if field[1].lower() in ("title", "url", "link"):
                fields.setdefault(field[1].lower(), []).append(at)
        elif _LINK.match(text, *row):
            linked.append(at)
        elif urls[at]:
            continue
        elif _NUMBER.match(text, *row):
            if any(urls[at + 1 : at + 3]):
                numbered.append(at)
        elif any(urls[at + 1 : at + 2]) and (at == 0 or _ends_block(text, rows[at - 1])):
            bare.append(at)
    labelled = next((starts for starts in fields.values() if len(starts) > 1), [])
    return next(
        (starts for starts in (numbered, linked, bare) if len(starts) > 1), _with_urls(labelled, urls)
    )


def _with_urls(starts: list[int], urls: list[bool]) -> list[int]:
    """The entries, if most of them have an address."""
    found = sum(any(urls[first:last]) for first, last in pairwise([*starts, len(urls)]))
    return starts if found >= len(starts) * 0.6 else []


def _entry(text: str, rows: Rows, index: int) -> Iterator[Piece]:
    """One entry; `index` is that of its first piece."""
    title: int | None = None
    for row in rows:
        is_url = _is_url(text, row)
        named = title is None and not is_url
        for start, end in _spans(text, row):
            yield Piece(
                start=start,
                end=end,
                kind="heading" if named else "line" if is_url else "text",
                head=title,
                condensed=() if named else shortened(text[start:end]),
            )
            if named and title is None:
                title = index
            index += 1


def _spans(text: str, row: tuple[int, int]) -> Rows:
    start, end = row
    address = text.find("](", start, end)
    if end - start > 2 * WIDTH and address > 0 and _LINK.match(text, start, end):
        # The title stands with every sentence of its entry: its long address does not.
        return [(start, address + 2), (address + 2, end)]
    return passages(text, start, end)


def _is_url(text: str, row: tuple[int, int]) -> bool:
    return (text.find("://", *row) >= 0 or text.find("www.", *row) >= 0) and bool(_URL.match(text, *row))


def _ends_block(text: str, row: tuple[int, int]) -> bool:
    return text.find("\n", row[0], row[1] - 1) >= 0
