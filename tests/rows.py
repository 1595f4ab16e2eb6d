"""What the tests of segmenters for lines and rows share."""

from hypothesis import strategies as st

from agentcompress.values import Segmenter

from .timing import check_linear


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
    """Checks that its time grows with the length of a text, and of a sample that it tells a content by."""
    check_linear(unit, segmenter.fits, segmenter.cut, segmenter.compact, before=before)
    check_linear(unit, segmenter.fits, before=before, size=8_000)
