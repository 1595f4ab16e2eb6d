"""Running text: articles, letters, notes, transcripts of talks and meetings."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from agentcompress.values import Cut, Piece

from .passages import SENTENCE_END, Break, blocks, numbered
from .sentences import passages, tidied, wrapped
from .stretches import WIDTH, grain, joined, lines

_SAMPLE = 6_000
_LEAST = 320
"""Characters below which a text is a few pieces anyway."""
_LONG = 50
"""Characters of a line that says more than a label."""
_SPEAKER = re.compile(
    r"[ \t]*(?:[\[(][^\])\n]{1,40}[\])][ \t]*)?[^\W\d_a-z][\w.'’-]*(?: [^\Wa-z][\w.'’-]*){0,3}"  # noqa: RUF001
    r"(?:：[ \t]*|:[ \t]+)(?=\S)"  # noqa: RUF001
)
_FRESH = re.compile(r"[ \t]*(?:[-*+•>#|]|\d{1,3}[.)]|[A-Za-z][.)][ \t])|[ \t]{4}|\t")
_ALIEN = re.compile(r"[^\w\s.,;:!?'\"()…–—’‘“”„«»。，、！？；：「」『』（）%&$€£-]|_|(?<=\S)  +(?=\S)")  # noqa: RUF001
_ODD = re.compile(
    r"[ \t]*(?:\d+[→|:\t]|[0-9a-f]{7,40} |\[[^\w\s]?\w?\] |#|\W{5}|-?[ \t]*[a-z_][\w-]*:(?:[ \t]|$))"
    r"|[ \t]*(?:[{<$@]|\[[{\"\[]|[A-Z]{4,}\b|\S+:\d+[: ])"
    r"|[ \t]*(?:def|class|import|from|return|if|for) .*[^.?!…]$|.*(?:[{};]|->)$|.*\w\(\)|[ \t]{4}|\t"
)
"""Lines of code, data, logs and listings."""
_ODD_SHARE = 0.08
_STOPS = '.!?…:;,"”’)。！？：；，」'  # noqa: RUF001
_LEVELS = {"TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "Error"}


class ProseSegmenter:
    """Cuts between sentences: short ones joined within a paragraph, long ones cut between words.

    A turn of a transcript that takes several pieces has who speaks as a piece of its own,
    which the others stand under.
    """

    def fits(self, text: str) -> bool:
        """Whether most of it is sentences, or turns of speakers, with few signs of anything else."""
        sample = text[:_SAMPLE]
        rows = [line.rstrip() for line in sample.splitlines() if line.strip()]
        if len(sample) < _LEAST or len(SENTENCE_END.findall(sample)) < len(sample) / 250:
            return False
        if _is_talk(rows):
            return True
        if not is_prose(rows):
            return False
        loose = sum(a[-1] not in _STOPS and not b[0].islower() for a, b in pairwise(rows))
        if loose > len(rows) * 0.55:
            return False
        running = [len(row) for row in rows if len(row) >= _LONG or _SPEAKER.match(row)]
        return len(running) >= len(rows) * 0.5 and sum(running) >= sum(map(len, rows)) * 0.7

    def cut(self, text: str) -> Cut:
        """A piece a sentence or so; what blank lines stand between are passages."""
        pieces = prose(text, 0, len(text))
        starts = {start for start, _ in blocks(text)}
        breaks = ((piece.end - piece.start, _begun(text, piece.start, starts)) for piece in pieces)
        made = zip(pieces, numbered(breaks), strict=True)
        return Cut(pieces=[replace(piece, passage=number) for piece, number in made])

    def compact(self, text: str) -> str:
        """Without blanks at line ends and without repeated blank lines."""
        return tidied(text)


def _begun(text: str, at: int, documents: Collection[int]) -> Break:
    return "document" if at in documents else "line" if text[at - 1] == "\n" else "piece"


def is_prose(rows: Sequence[str], odd: float = _ODD_SHARE) -> bool:
    """Whether lines are sentences, with few signs of anything else."""
    length = sum(map(len, rows))
    return (
        sum(len(SENTENCE_END.findall(row)) for row in rows) >= length / 250
        and sum(len(_ALIEN.findall(row)) for row in rows) <= length * 0.03
        and sum(map(bool, map(_ODD.match, rows))) <= len(rows) * odd
    )


def prose(text: str, start: int, end: int) -> list[Piece]:
    """Pieces of a text that is all prose as far as anyone can tell."""
    width = grain(text)
    if width > WIDTH:
        spans = [
            span for paragraph in paragraphs(text, start, end) for span in passages(text, *paragraph, width)
        ]
        return [Piece(start=a, end=b, kind="text") for a, b in joined(spans, width)]
    pieces: list[Piece] = []
    for paragraph in paragraphs(text, start, end):
        pieces += _turn(text, *paragraph, len(pieces))
    return pieces


def _is_talk(rows: list[str]) -> bool:
    """Whether the lines are turns of speakers who come back, and turns are sentences."""
    names = [match[0].strip(" :") for match in map(_SPEAKER.match, rows) if match]
    different = set(names)
    said = sum(row.endswith((".", "!", "?", "。", "}")) for row in rows)
    return (
        min(len(names) / len(rows), said / len(rows)) >= 0.6
        and 2 <= len(different) <= len(names) / 2
        and not different & _LEVELS
    )


def _turn(text: str, start: int, end: int, index: int) -> Iterable[Piece]:
    """One paragraph; `index` is that of its first piece."""
    speaker = _SPEAKER.match(text, start, end)
    said = passages(text, speaker.end() if speaker else start, end)
    if len(said) == 1:
        return [Piece(start=start, end=end, kind="text")]
    if not speaker:
        return [Piece(start=a, end=b, kind="text") for a, b in said]
    who = Piece(start=start, end=speaker.end(), kind="heading")
    return [who, *(Piece(start=a, end=b, kind="text", head=index) for a, b in said)]


def paragraphs(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Spans of lines that go on with each other."""
    begun = last = start
    for at, _ in lines(text, start, end)[1:]:
        if not _goes_on(text, last, at):
            yield begun, at
            begun = at
        last = at
    if begun < end:
        yield begun, end


def _goes_on(text: str, line: int, after: int) -> bool:
    """Whether the line that begins at `after` belongs to the paragraph of the one before."""
    return wrapped(text, line, after) and not _FRESH.match(text, after) and not _SPEAKER.match(text, after)
