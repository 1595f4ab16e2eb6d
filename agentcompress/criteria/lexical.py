"""Relevance by shared words and identifiers."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores

from .terms import terms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalCriterion:
    """BM25 of each segment against the query, with the segments as the collection.

    Identifiers match whole and in parts. A term counts once however often the query
    repeats it: queries here are whole turns, not a few words.

    Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and
    Beyond" (2009), in Lucene's form, as bm25s computes it.

    Raises:
        ValueError: A parameter is out of range.
    """

    k1: float = 1.5
    """How much repeats of a term within a segment still add."""
    b: float = 0.75
    """How much long segments are held back, in [0, 1]."""

    def __post_init__(self) -> None:
        if not self.k1 >= 0:
            raise ValueError(f"k1 must not be negative, got {self.k1}")
        if not 0 <= self.b <= 1:
            raise ValueError(f"b must lie in [0, 1], got {self.b}")

    def score(self, context: Context) -> Scores:
        """One BM25 score a segment, shape (segments,); 0 where no term is shared."""
        import bm25s  # costs 200 ms, so not before it is needed

        # Only the query's terms need a column of their own; all others are one, and count as length.
        columns = {"": 0}
        for term in terms_of(context.query):
            columns.setdefault(term, len(columns))
        documents = [
            [columns.get(term, 0) for term in terms_of(segment.text)] for segment in context.segments
        ]
        if not any(map(any, documents)):
            return np.zeros(len(context.segments), dtype=np.float32)
        index = bm25s.BM25(k1=self.k1, b=self.b, method="lucene")
        index.index((documents, columns), show_progress=False)
        scores: Scores = index.get_scores_from_ids(list(range(1, len(columns))))
        return scores
