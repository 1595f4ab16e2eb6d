"""A search by meaning: items in the order of their best vector, as many as are asked for."""

from collections.abc import Generator

import numpy as np

from agentcompress.values import Vectors

from .index import VectorIndex
from .namespaces import Namespace
from .rows import Row
from .vector_rows import VectorRows

_FEW = 4_096
"""Items under a prefix whose vectors are read and compared one by one, if the rest is much more."""
_SHARE = 4

Scored = tuple[Row, float | None]
Found = Generator[Scored, None, None]


def by_meaning(vectors: VectorRows, index: VectorIndex, prefix: Namespace, query: Vectors) -> Found:
    """All items under a prefix, nearest first, read as far as is asked for; then those without vectors.

    Args:
        vectors: The rows, in a transaction.
        index: Follows them.
        prefix: Where to search.
        query: A unit vector, shape (dims,).
    """
    few = vectors.rows.count(prefix, at_most=_FEW)
    if prefix and few < _FEW and vectors.rows.count((), at_most=_SHARE * few + 1) > _SHARE * few:
        yield from _one_by_one(vectors, prefix, query)
    else:
        yield from _by_index(vectors, index, prefix, query)
    for row in vectors.rows.listing(prefix, without_vectors=True):
        yield row, None


def _one_by_one(vectors: VectorRows, prefix: Namespace, query: Vectors) -> Found:
    items, matrix = vectors.of(prefix)
    scores = matrix @ query
    order = np.lexsort((-items, -scores))
    ids = list(dict.fromkeys(items[order].tolist()))  # an item stands where its best vector does
    best = dict(zip(items[order[::-1]].tolist(), scores[order[::-1]].tolist(), strict=True))
    for start in range(0, len(ids), _SHARE * 64):
        some = ids[start : start + _SHARE * 64]
        rows = vectors.rows.by_id(some)
        yield from ((rows[each], best[each]) for each in some)


def _by_index(vectors: VectorRows, index: VectorIndex, prefix: Namespace, query: Vectors) -> Found:
    known: dict[int, Row | None] = {}
    given: set[int] = set()
    gone: set[int] = set()
    try:
        for scores, ids, complete in index.ranked(query):
            new = [each for each in ids if each not in known and each not in gone]
            known |= vectors.items(new, prefix)
            gone.update(each for each in new if each not in known)
            # Which of several with the last score are among these is chance: they wait for the next round.
            last = scores[-1] if scores and not complete else -np.inf
            best: dict[int, Scored] = {}
            for score, each in zip(scores, ids, strict=True):
                row = known.get(each)
                if score > last and row is not None and row.id not in given:
                    best.setdefault(row.id, (row, score))
            given |= best.keys()
            yield from sorted(best.values(), key=lambda scored: (-(scored[1] or 0), -scored[0].id))
    finally:
        index.forget(list(gone))
