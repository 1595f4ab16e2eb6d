"""Rows: what content made of lines is cut into, each with the row it stands under."""

import re
from collections.abc import Callable

from agentcompress.values import Cut, Piece, SegmentKind

from .stretches import MOST_PIECES, grain, stretches

SAMPLE = 8_000
"""Characters that a segmenter looks at, at most, to tell its content type."""
_SAMPLE_LINES = 120
_HEAD = 160
"""Characters above which a row is not repeated over what stands under it."""
_LEAST_WORDS = 5
_WORD = re.compile(r"\w+")

Span = tuple[int, int]


class Rows:
    """Collects the pieces of one text in order.

    Args:
        text: What is cut.
        split: Cuts a row that is too long into spans of about a width, given text, start, end and width.
    """

    def __init__(self, text: str, split: Callable[[str, int, int, int], list[Span]] = stretches) -> None:
        self._text = text
        self._split = split
        self._width = grain(text)
        rows = text.count("\n")
        self._least = 1 + len(text) // MOST_PIECES if rows > MOST_PIECES else 0
        self._made: list[tuple[int, int, SegmentKind, int | None, tuple[str, ...]]] = []

    def add(
        self,
        start: int,
        end: int,
        kind: SegmentKind = "line",
        head: int | None = None,
        condensed: tuple[str, ...] = (),
    ) -> int:
        """Appends a row and says at which index it begins; what follows in a long one stands under that."""
        made = self._made
        index = len(made)
        if end - start > 2 * self._width:
            for left, right in self._split(self._text, start, end, self._width):
                made.append((left, right, kind, head if len(made) == index else index, ()))
            return index
        if self._least and made:
            before, stop, kept, over, _ = made[-1]
            if stop - before < self._least and end - before <= 2 * self._width:
                made[-1] = (before, end, kept, over, ())
                return index - 1
        made.append((start, end, kind, head, condensed))
        return index

    def cut(self) -> Cut:
        """The rows as pieces."""
        made = self._made
        return Cut(
            pieces=[
                Piece(start=start, end=end, kind=kind, head=self._usable(head, index), condensed=condensed)
                for index, (start, end, kind, head, condensed) in enumerate(made)
            ]
        )

    def _usable(self, head: int | None, index: int) -> int | None:
        if head is None or head >= index or self._made[head][1] - self._made[head][0] > _HEAD:
            return None
        return head


def opening(row: str, length: int) -> tuple[str, ...]:
    """The beginning of a row up to a space, where much more follows it; none where the row is short."""
    at = row.rfind(" ", 0, length + 1)
    if at <= length // 2 or len(_WORD.findall(row, at)) < _LEAST_WORDS:
        return ()
    return (row[:at].rstrip() + "…" + row[len(row.rstrip()) :],)


def sampled(text: str) -> list[str]:
    """Lines of the first characters of a text that are not blank, without the one that is cut off."""
    sample = text[:SAMPLE].splitlines()
    whole = sample[:-1] if len(text) > SAMPLE and len(sample) > 1 else sample
    return [line for line in whole if line and not line.isspace()][:_SAMPLE_LINES]
