"""What the tests of segmenters for lines and rows share."""

import time
from collections.abc import Callable

from hypothesis import strategies as st

from agentcompress.values import Segmenter


def shuffled(*texts: str) -> st.SearchStrategy[str]:
    """Lines of some texts in any order, some of them broken off."""
    lines = [line for text in texts for line in text.splitlines(keepends=True)]
    broken = st.builds(lambda line, at: line[:at], st.sampled_from(lines), st.integers(0, 40))
    return st.lists(st.one_of(st.sampled_from(lines), broken), max_size=30).map("".join)


def pieces_of(segmenter: Segmenter, text: str) -> list[str]:
    """What the pieces say."""
    return [text[piece.start : piece.end] for piece in segmenter.cut(text).pieces]


def heads_of(segmenter: Segmenter, text: str) -> dict[str, list[str]]:
    """What each piece stands under, nearest first."""
    pieces = segmenter.cut(text).pieces
    said = [text[piece.start : piece.end].strip("\n") for piece in pieces]
    made = {}
    for index, piece in enumerate(pieces):
        heads, head = [], piece.head
        while head is not None:
            heads.append(said[head])
            head = pieces[head].head
        made[said[index]] = heads
    return made


def condensed_of(segmenter: Segmenter, text: str) -> dict[str, tuple[str, ...]]:
    """The smaller forms of the pieces that have some."""
    return {
        text[piece.start : piece.end]: piece.condensed
        for piece in segmenter.cut(text).pieces
        if piece.condensed
    }


def never_slower_than_linear(segmenter: Segmenter, unit: str, before: str = "") -> None:
    """Four times the text takes about four times as long, not sixteen; so does a longer sample of it."""

    def seconds(size: int, *steps: Callable[[str], object]) -> float:
        text = before + unit * (size // len(unit))
        took = []
        for _ in range(3):
            began = time.process_time()
            for step in steps:
                step(text)
            took.append(time.process_time() - began)
        return min(took)

    steps = (segmenter.fits, segmenter.cut, segmenter.compact)
    assert seconds(60_000, *steps) < 9 * seconds(15_000, *steps) + 0.01, unit
    assert seconds(8_000, segmenter.fits) < 9 * seconds(2_000, segmenter.fits) + 0.02, unit
