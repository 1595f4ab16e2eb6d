"""Examples by what they ask, and the few hundred of them that come into question for a query."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.weighted import z_scores
from agentcompress.values import Encoder

from .coverage import covered
from .lexical_index import Ids, LexicalIndex
from .vectors import ExampleVectors

_EACH = 100
"""Candidates that words bring, and as many that meaning brings."""
_ASKED = 64
"""Words of a query that are to be covered, the rarest."""
_ENCODED = 8_192
"""Texts encoded at once."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Examples that come into question for a query."""

    ids: Ids
    """Their places in the pool, ascending, shape (candidates,)."""
    relevance: Floats
    """Sum of the z-scores of BM25 and cosine over the candidates, shape (candidates,)."""
    likeness: Floats
    """Cosines of each two, seen from the mean of the pool, in [0, 1], shape (candidates, candidates)."""
    coverage: Floats
    """How well each covers each word of the query, in [0, 1], shape (candidates, words)."""
    weights: Floats
    """What each word of the query counts, sums up to 1, shape (words,)."""


class ExamplePool:
    """Texts by words and by meaning. Not safe for threads.

    Args:
        encoder: Gives the vectors of texts and of single words.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._words = LexicalIndex()
        self._vectors = ExampleVectors()

    def __len__(self) -> int:
        return len(self._words)

    def add(self, texts: Sequence[str]) -> None:
        """Appends what examples ask: all, or where the encoder fails none."""
        parts = [texts[start : start + _ENCODED] for start in range(0, len(texts), _ENCODED)]
        encoded = [self._encoder.encode(part) for part in parts]
        for part, vectors in zip(parts, encoded, strict=True):
            self._vectors.add(vectors)
            self._words.add(part)

    def candidates(self, query: str) -> Candidates:
        """The examples nearest to a query by its words, and those by its meaning.

        Both are looked up in an index, so a pool of millions costs little more than one of thousands;
        each candidate then gets both scores.

        Source: sums of z-scores over one query, which keep how far ahead an example is
        (Montague & Aslam, CIKM 2001), not rank fusion.
        """
        [vector] = self._encoder.encode([query])
        weights = self._words.weights(query)
        by_words = self._words.best(weights, _EACH)
        ids = np.union1d(by_words, self._vectors.nearest(vector, _EACH)).astype(np.intp)
        relevance = z_scores(self._words.scores(weights, ids)) + z_scores(self._vectors.scores(vector, ids))
        wanted = dict(list(weights.items())[:_ASKED])
        return Candidates(
            ids=ids,
            relevance=relevance,
            likeness=self._vectors.likeness(ids),
            coverage=covered(
                self._encoder, list(wanted), [self._words.words(place) for place in ids.tolist()]
            ),
            weights=np.array(list(wanted.values())) / max(sum(wanted.values()), 1e-9),
        )
