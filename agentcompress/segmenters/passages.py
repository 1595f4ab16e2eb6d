"""Passages: what of a document is better shown whole, for it answers together."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

Break = Literal["document", "line", "piece"]
"""What begins."""
_MOST: dict[Break, int] = {"document": 0, "line": 500, "piece": 1_000}
"""Characters of a passage from which on it ends before another one of these: a long document is several."""
_LONG, _WORDS = 50, 4
"""Characters and words of a line that says more than a label."""
_BETWEEN = re.compile(r"\n(?:[ \t]*\r?\n)+|(?<=>)[ \t]*\r?\n(?=[ \t]*<\w)")
"""Blank lines, or the end of an element where the next one begins."""
SENTENCE_END = re.compile(r"(?:[^\W\d_A-Z][)\"'”’]*[.!?…]| [.?!])(?=[\"'”’)]*(?:\s|\\n|$))|[。！？]")  # noqa: RUF001
"""Ends of sentences, in strings of JSON, too."""


def tells(line: str) -> bool:
    """Whether a line says something: titles, addresses and rules between documents do not."""
    return (len(line) >= _LONG and len(line.split()) >= _WORDS) or SENTENCE_END.search(line) is not None


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Spans of what blank lines or tags part, with what parts them; one that tells nothing heads the next."""
    start = read = 0
    for match in _BETWEEN.finditer(text):
        if any(map(tells, text[read : match.start()].splitlines())):
            yield start, match.end()
            start = match.end()
        read = match.end()
    if start < len(text):
        yield start, len(text)


def numbered(pieces: Iterable[tuple[int, Break]], number: int = 0) -> Iterator[int]:
    """The number of each piece's passage.

    Args:
        pieces: Characters of each, and what it begins.
        number: The last passage before them.
    """
    size = _MOST["piece"]
    for length, begins in pieces:
        if size >= _MOST[begins]:
            number, size = number + 1, 0
        size += length
        yield number
