"""A search by meaning: items in the order of their best vector, as many as are asked for."""

from collections.abc import Generator

import numpy as np

from agentcompress.values import Vectors

from .index import VectorIndex
from .namespaces import Scope
from .rows import Row
from .vector_rows import Ids, VectorRows

_FEW, _SHARE = 20_000, 16
"""Fewer items are looked for among their own vectors, if all are more than so many times as many."""
_DEEP = 1_024
"""Neighbours among which what is wanted was rare: it is worth looking where it can stand at all."""

Scored = tuple[Row, float | None]
Found = Generator[Scored, None, None]


def by_meaning(vectors: VectorRows, index: VectorIndex, scope: Scope, query: Vectors) -> Found:
    """All items within a scope, nearest first, read as far as is asked for; then those without vectors.

    Args:
        vectors: The rows, in a transaction.
        index: Follows them.
        scope: Where to search. What does not hold its texts may be among the items all the same.
        query: A unit vector, shape (dims,).
    """
    narrow = scope.prefix and _is_narrow(vectors, Scope(prefix=scope.prefix))
    yield from _by_index(vectors, index, scope, query, vectors.ids(scope) if narrow else None)
    for row in vectors.rows.listing(scope, without_vectors=True):
        yield row, None


def _is_narrow(vectors: VectorRows, scope: Scope) -> bool:
    few = vectors.rows.count(scope, at_most=_FEW)
    return few < _FEW and vectors.rows.count(Scope(prefix=()), at_most=_SHARE * few + 1) > _SHARE * few


def _by_index(
    vectors: VectorRows, index: VectorIndex, scope: Scope, query: Vectors, among: Ids | None
) -> Found:
    known: dict[int, Row | None] = {}
    given: set[int] = set()
    gone: set[int] = set()
    try:
        for scores, ids, complete in index.ranked(query, among):
            new = [each for each in ids if each not in known and each not in gone]
            known |= vectors.items(new, scope.prefix)
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
            rare = among is None and not complete and len(ids) >= _DEEP and scope.needles
            if rare and _is_narrow(vectors, scope):
                rest = _by_index(vectors, index, scope, query, vectors.ids(scope))
                yield from (scored for scored in rest if scored[0].id not in given)
                return
    finally:
        index.forget(list(gone))
