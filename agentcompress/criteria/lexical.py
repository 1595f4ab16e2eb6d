"""Relevance by shared words and identifiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Scores, atoms_of

from .stems import stems_of
from .terms import terms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalCriterion:
    """BM25 of each segment against the query, with the segments as the collection.

    Identifiers match whole and in parts. A term counts once however often the query
    repeats it: queries here are whole turns, not a few words.

    Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and
    Beyond" (2009), in Lucene's form.

    Raises:
        ValueError: A parameter is out of range.
    """

    k1: float = 1.5
    """How much repeats of a term within a segment still add."""
    b: float = 0.75
    """How much long segments are held back, in [0, 1]."""
    stemmed: bool = False
    """Whether singular and plural are one term."""
    names: float = 1.0
    """Weight of a term that belongs to an atom of the query (a name, identifier or number)."""

    def __post_init__(self) -> None:
        if not self.k1 >= 0:
            raise ValueError(f"k1 must not be negative, got {self.k1}")
        if not 0 <= self.b <= 1:
            raise ValueError(f"b must lie in [0, 1], got {self.b}")
        if not 0 < self.names < float("inf"):
            raise ValueError(f"names must be above 0 and finite, got {self.names}")

    def score(self, context: Context) -> Scores:
        """One BM25 score a segment, shape (segments,); 0 where no term is shared."""
        return self.score_terms(context, self.weights(context.query))

    def terms(self, text: str) -> Sequence[str]:
        """The terms of a text in order, repeats included."""
        return stems_of(text) if self.stemmed else terms_of(text)

    def weights(self, query: str) -> dict[str, float]:
        """The terms of a query, each with its weight."""
        weights = dict.fromkeys(self.terms(query), 1.0)
        if self.names != 1:
            weights |= dict.fromkeys(chain.from_iterable(map(self.terms, atoms_of(query))), self.names)
        return weights

    def score_terms(self, context: Context, weights: Mapping[str, float]) -> Scores:
        """One BM25 score a segment for weighted terms in place of the query, shape (segments,)."""
        return self.score_documents([self.terms(segment.text) for segment in context.segments], weights)

    def score_documents(self, documents: Sequence[Sequence[str]], weights: Mapping[str, float]) -> Scores:
        """One BM25 score a document, told by its terms in order, shape (documents,)."""
        # It costs 100 ms, so not before it is needed.
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

        column = {term: place for place, term in enumerate(weights)}
        found = [[column[term] for term in document if term in column] for document in documents]
        if not any(found):
            return np.zeros(len(documents), dtype=np.float32)
        ends = np.cumsum([0, *map(len, found)])
        places = np.fromiter(chain.from_iterable(found), dtype=np.int32, count=ends[-1])
        counts = csr_matrix((np.ones(len(places)), places, ends), shape=(len(documents), len(column)))
        counts.sum_duplicates()
        lengths = np.array([len(document) for document in documents], dtype=np.float64)
        norm = self.k1 * (1 - self.b + self.b * lengths / lengths.mean())
        counts.data /= counts.data + np.repeat(norm, np.diff(counts.indptr))
        having = np.bincount(counts.indices, minlength=len(column))
        worth = np.fromiter(weights.values(), dtype=np.float64) * rarity(having, len(documents))
        scores: Scores = (counts @ worth).astype(np.float32)
        return scores


def rarity(having: NDArray[np.intp], total: int) -> NDArray[np.float64]:
    """BM25's inverse document frequency.

    Args:
        having: In how many texts each term stands, shape (terms,).
        total: How many texts there are.
    """
    idf: NDArray[np.float64] = np.log1p((total - having + 0.5) / (having + 0.5))
    return idf
