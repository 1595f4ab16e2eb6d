"""Source code, plain or listed with line numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agentcompress.segmenters.lines import LinesSegmenter
from agentcompress.segmenters.stretches import MOST_PIECES, grain, stretches
from agentcompress.values import Cut, Piece, token_spans

from .cues import is_code_line, looks_like_code
from .languages import language_of, language_of_file
from .numbered import Row, listings, rows, without_padding
from .outline import MOST_PARSED, Line, outline

_SAMPLE = 4_000
_WORDS_BEFORE = 400
"""Characters before a listing that may name its file."""
_OPENERS = ("#", "//", "/*", '"""', "@", "<?")
_LONG = 100
_LITERAL = re.compile(r"""(["'`])((?:\\.|(?!\1)[^\\\n]){48,})\1""")
_SHOWN = 24
"""Characters of a long string that its short form shows."""
_WORDS_SAVED = 4
"""Words that a short form must leave out to be worth having."""


class CodeSegmenter:
    """Cuts code into its lines; a line inside a definition stands under the line that names it.

    Not one character of a line is changed, since edits quote them.
    """

    def fits(self, text: str) -> bool:
        """Whether most of a sample is lines with ascending numbers, or source code."""
        if _is_listed(text):
            return True
        sample = text[:_SAMPLE]
        begin = _first_code(sample)
        if begin < len(sample) / 4 and looks_like_code(sample[begin:]):
            return True
        # A file may begin with a page of documentation.
        return all(looks_like_code(later) for later in _later(text)) if len(text) > 2 * _SAMPLE else False

    def cut(self, text: str) -> Cut:
        """A piece a line."""
        if len(text) > MOST_PARSED or text.count("\n") > MOST_PIECES:
            return LinesSegmenter().cut(text)
        pieces: list[Piece] = []
        at = 0
        runs = listings(text) if _is_listed(text) else []
        for run in runs:
            _add_code(pieces, text, at, run)
            at = run[-1].end
        if runs:
            pieces += _plain(text, at, len(text))
        elif text:
            _add_code(pieces, text, 0, rows(text, _first_code(text), len(text)))
        return Cut(pieces=pieces)

    def compact(self, text: str) -> str:
        """Line numbers without the spaces before them; nothing else changes."""
        return without_padding(text) if _is_listed(text) else text


def code_pieces(text: str, start: int, end: int, language: str | None = None) -> list[Piece]:
    """The pieces of the code between two positions of a text.

    Args:
        text: The whole text; positions of the pieces are positions in it.
        start: Where the code begins.
        end: Where it ends, exclusive.
        language: What it is written in, by the grammar's name; None to tell from the code.

    Returns:
        Adjacent pieces from `start` to `end`; heads are indices into this list.
    """
    return _pieces(text, rows(text, start, end), language)


def _is_listed(text: str) -> bool:
    """Whether most lines of a sample are numbered; code may quote a listing without being one."""
    sample = text[:_SAMPLE]
    return sum(map(len, listings(sample))) > sum(not line.isspace() for line in sample.splitlines()) / 2


def _pieces(text: str, of: Sequence[Row], language: str | None, first: int = 0) -> list[Piece]:
    """The pieces of lines of code, where `first` is the index that the first of them will have."""
    code = [text[row.code : row.end].rstrip("\r\n") for row in of]
    language = language or language_of(code)
    known = outline(code, language) if language and sum(map(len, code)) <= MOST_PARSED else None
    width = grain(text)
    pieces: list[Piece] = []
    piece_of: list[int] = []
    for number, (row, line) in enumerate(zip(of, known or [Line(kind="line")] * len(code), strict=True)):
        if number and not code[number].strip():
            piece_of.append(piece_of[-1])
            continue
        piece_of.append(first + len(pieces))
        head = _head(line, piece_of)
        end = row.end
        for start, end in stretches(text, row.start, row.end, width)[:-1]:
            pieces.append(Piece(start=start, end=end, kind=line.kind, head=head))
        start = end if end < row.end else row.start
        end = _end_with_blanks(of, code, number)
        condensed = _shortened(text[start:end]) if start == row.start and end == row.end else ()
        pieces.append(Piece(start=start, end=end, kind=line.kind, head=head, condensed=condensed))
    return pieces


def _end_with_blanks(of: Sequence[Row], code: Sequence[str], number: int) -> int:
    while number + 1 < len(of) and not code[number + 1].strip():
        number += 1
    return of[number].end


def _head(line: Line, piece_of: Sequence[int]) -> int | None:
    """The piece that a line of code stands under: the one that names the definition around it."""
    if line.inside is None or piece_of[line.inside] == piece_of[-1]:
        return None
    return piece_of[line.inside]


def _shortened(line: str) -> tuple[str, ...]:
    """A line with its long strings cut short."""
    if len(line) <= _LONG:
        return ()
    shown, at = [], 0
    for match in _LITERAL.finditer(line):
        begin, end = match.span(2)
        words = [stop for _, stop in token_spans(line) if begin < stop <= end]
        kept = [stop for stop in words if stop <= begin + _SHOWN]
        if len(words) - len(kept) >= _WORDS_SAVED:
            shown += [line[at : max(kept, default=begin)], "…"]
            at = end
    return ("".join([*shown, line[at:]]),) if shown else ()


def _later(text: str) -> Iterator[str]:
    """Samples from the middle and the last third of a text, whole lines only."""
    for share in (0.5, 0.75):
        start = text.find("\n", int(share * len(text))) + 1
        yield text[start : start + _SAMPLE].rpartition("\n")[0]


def _first_code(text: str) -> int:
    """Where code begins behind the words that a tool put before it."""
    at = 0
    for line in text[:_SAMPLE].splitlines(keepends=True):
        if is_code_line(line.rstrip()) or line.lstrip().startswith(_OPENERS) or line[0] in " \t":
            return at
        at += len(line)
    return at if at == len(text) else 0


def _plain(text: str, start: int, end: int) -> list[Piece]:
    return [
        replace(piece, start=start + piece.start, end=start + piece.end)
        for piece in LinesSegmenter().cut(text[start:end]).pieces
    ]


def _add_code(pieces: list[Piece], text: str, at: int, of: Sequence[Row]) -> None:
    """Adds the words from a position on and the lines of code behind them."""
    begin = of[0].start if of else len(text)
    words = text[max(at, begin - _WORDS_BEFORE) : begin]
    pieces += _plain(text, at, begin)
    pieces += _pieces(text, of, language_of_file(words), len(pieces))
