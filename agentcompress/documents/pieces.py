"""What a document is cut into, and put together from."""

import re
from collections.abc import Sequence
from typing import Literal

from agentcompress.segmenters.sentences import sentences

Cut = Literal["documents", "paragraphs", "sentences"]
"""What is shown whole or not at all."""
Span = tuple[int, int]
"""Where a piece stands in a document's text, in characters."""

_BLANK = re.compile(r"\n\s*\n\s*")
_MARKS: dict[Cut, str] = {"documents": "", "paragraphs": "…\n\n", "sentences": "… "}


def pieces_of(text: str, cut: Cut) -> list[Span]:
    """The pieces of a text, with the blanks behind each; none of a text of blanks alone."""
    if not text.strip():
        return []
    if cut == "documents":
        return [(0, len(text))]
    paragraphs, start = [], 0
    for match in _BLANK.finditer(text):
        paragraphs.append((start, match.end()))
        start = match.end()
    paragraphs.append((start, len(text)))
    full = [(start, end) for start, end in paragraphs if text[start:end].strip()]
    if cut == "paragraphs":
        return full
    return [span for start, end in full for span in sentences(text, start, end)]


def joined(text: str, pieces: Sequence[Span], shown: Sequence[Span], cut: Cut) -> str:
    """The pieces that are shown, with a mark wherever some are left out.

    Args:
        text: The document's.
        pieces: All of them.
        shown: Some of them, in order.
        cut: What they are.
    """
    if len(shown) == len(pieces):
        return text
    out, mark = "", _MARKS[cut]
    before = {piece: place for place, piece in enumerate(pieces)}
    last = -1
    for start, end in shown:
        place = before[start, end]
        out += ("" if place == last + 1 else mark) + text[start:end]
        last = place
    return out.rstrip() if last == len(pieces) - 1 else f"{out}{mark}".rstrip()
