"""What holds for every segmenter, whatever the text."""

from itertools import pairwise

from agentcompress.tokens import TiktokenCounter
from agentcompress.values import Cut, Segmenter, atoms_of, token_spans

GAP = "…"
COUNTER = TiktokenCounter()


def check_cut(segmenter: Segmenter, text: str) -> Cut:
    """The cut of a text, after checking what every cut promises."""
    cut = segmenter.cut(text)
    check_cover(cut, text)
    check_atoms_whole(cut, text)
    check_heads(cut)
    check_condensed(cut, text)
    assert set(atoms_of(text)) <= set(atoms_of(segmenter.compact(text)))
    return cut


def check_cover(cut: Cut, text: str) -> None:
    """Pieces re-join to the exact text."""
    spans = [(piece.start, piece.end) for piece in cut.pieces]
    bounds = [0, *(end for _, end in spans)]
    assert spans == list(pairwise(bounds))
    assert bounds[-1] == len(text)
    assert all(start < end for start, end in spans)
    for piece in cut.pieces:
        if piece.core is not None:
            assert piece.start <= piece.core[0] <= piece.core[1] <= piece.end


def check_atoms_whole(cut: Cut, text: str) -> None:
    """No cut falls inside an identifier, a path or a number."""
    cuts = {piece.end for piece in cut.pieces}
    for start, end in token_spans(text):
        assert cuts.isdisjoint(range(start + 1, end)), text[start:end]


def check_heads(cut: Cut) -> None:
    """A head stands before what it heads."""
    for index, piece in enumerate(cut.pieces):
        assert piece.head is None or 0 <= piece.head < index


def check_condensed(cut: Cut, text: str) -> None:
    """A smaller form costs less and shows nothing that a larger one does not."""
    for piece in cut.pieces:
        start, end = piece.core or (piece.start, piece.end)
        forms = [text[start:end], *piece.condensed]
        costs = COUNTER.count_many(forms)
        for (larger, smaller), (dear, cheap) in zip(pairwise(forms), pairwise(costs), strict=True):
            assert cheap < dear, (larger, smaller)
            assert set(atoms_of(smaller)) <= set(atoms_of(larger)), (larger, smaller)
            whole = "".join(larger.split())
            for fragment in smaller.split(GAP)[:-1]:
                assert "".join(fragment.split()) in whole, (larger, smaller)
