"""The vectors of a collection that grows, and those nearest to a query."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.embedding import seen_from
from agentcompress.memory.index import FLAT_UP_TO, VectorIndex, require_faiss
from agentcompress.values import Scores, Vectors

from .lexical_index import Ids

_AT_ONCE = 65_536


class ExampleVectors:
    """Compares a query with all vectors, or beyond 20,000 asks a FAISS index. Not safe for threads.

    Cosines are seen from the mean of the collection, as in `EmbeddingCriterion`: what all
    examples share tells none of them apart.
    """

    def __init__(self) -> None:
        self._rows: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._count = 0
        self._sum: Vectors | None = None
        self._index = VectorIndex()

    def __len__(self) -> int:
        return self._count

    @property
    def dims(self) -> int:
        """Dimensions, 0 before there is any vector."""
        return int(self._rows.shape[1])

    def add(self, vectors: Vectors) -> None:
        """Appends unit vectors, shape (vectors, dims)."""
        total = self._count + len(vectors)
        if total > len(self._rows):
            rows = np.zeros((max(total, 2 * len(self._rows)), vectors.shape[1]), dtype=np.float32)
            rows[: self._count] = self._rows[: self._count].reshape(-1, vectors.shape[1])
            self._rows = rows
        self._rows[self._count : total] = vectors
        self._count = total
        added = vectors.sum(axis=0, dtype=np.float64)
        self._sum = added if self._sum is None else self._sum + added

    def after(self, last: int) -> Iterator[tuple[Ids, Vectors]]:
        """Ids above `last`, from 1 on, and their vectors: what a `VectorIndex` follows."""
        for start in range(last, self._count, _AT_ONCE):
            end = min(start + _AT_ONCE, self._count)
            yield np.arange(start + 1, end + 1, dtype=np.int64), self._rows[start:end]

    def nearest(self, query: Vectors, count: int) -> Ids:
        """The vectors nearest to a query, ascending; none where nothing is known of the query.

        Args:
            query: A unit vector, shape (dims,).
            count: How many, at most.

        Raises:
            MissingDependencyError: There are more than 20,000 vectors, and FAISS is not installed.
        """
        if not self._count or not query.any():
            return np.zeros(0, dtype=np.intp)
        if self._count <= FLAT_UP_TO:
            scores = self.scores(query, np.arange(self._count))
            return np.sort(np.argsort(-scores.round(6), kind="stable")[:count])
        require_faiss()
        self._index.follow(self)
        return np.sort(self._index.nearest(query, count) - 1)

    def scores(self, query: Vectors, ids: Ids) -> Scores:
        """Cosine of some vectors and a query, as `seen_from` the mean of all, shape (ids,)."""
        if self._sum is None or not query.any():
            return np.full(len(ids), 0.5, dtype=np.float32)
        mean = (self._sum / self._count).astype(np.float32)
        every = len(ids) == self._count  # then no copy of them
        return seen_from(mean, self._rows[: self._count] if every else self._rows[ids], query)

    def likeness(self, ids: Ids) -> NDArray[np.float64]:
        """Cosine of each two of some vectors, seen from the mean of all, at least 0, shape (ids, ids)."""
        if self._sum is None:
            return np.zeros((len(ids), len(ids)))
        rows = self._rows[ids] - (self._sum / self._count).astype(np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        likeness: NDArray[np.float64] = np.clip(rows @ rows.T, 0.0, 1.0).astype(np.float64)
        return likeness
