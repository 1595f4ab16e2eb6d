"""Whether the order of some texts tells anything."""

from collections import Counter
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.lexical import rarity
from agentcompress.criteria.stems import stems_of

_SURE = 3.0
"""Standard deviations above chance."""
_NEAR = 4
"""Texts on from one that count as near: a single step is often a change of speaker."""
_ENOUGH = 512
"""Texts that are looked at; more would not change the answer."""


@lru_cache(maxsize=64)
def in_order(texts: tuple[str, ...]) -> bool:
    """Whether near texts share more rare terms than they would in a random order.

    True for the turns of a conversation or the paragraphs of a report, False for search
    results. Only the longer half is asked: the short turns between ("yes", "go on")
    share nothing with anyone. A handful of texts is never sure enough. The answers
    given last are remembered.

    Source: a test of serial correlation against random order (Wald & Wolfowitz 1943), with the
    normal approximation, on cosines of tf-idf vectors.
    """
    documents = [stems_of(text) for text in texts]
    usual = np.median([len(document) for document in documents]) if documents else 0
    longer = [Counter(document) for document in documents if len(document) >= usual][:_ENOUGH]
    if len(longer) < 3:
        return False
    similar = _cosines(longer)
    chance = similar[np.triu_indices(len(similar), 1)]
    steps = range(1, min(_NEAR, len(similar) - 1) + 1)
    near = np.concatenate([np.diag(similar, step) for step in steps])
    spread = chance.std() / np.sqrt(len(near))
    return bool(near.mean() - chance.mean() > _SURE * spread + 1e-9)


def _cosines(documents: list[Counter[str]]) -> NDArray[np.float64]:
    """Cosines of the tf-idf vectors of term counts, shape (documents, documents)."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    column: dict[str, int] = {}
    places = [[column.setdefault(term, len(column)) for term in document] for document in documents]
    ends = np.cumsum([0, *map(len, places)])
    indices = np.array([place for row in places for place in row], dtype=np.int32)
    counts = np.array([count for document in documents for count in document.values()], dtype=np.float64)
    rare = rarity(np.bincount(indices, minlength=len(column)), len(documents))
    values = (1 + np.log(counts)) * rare[indices]
    rows = csr_matrix((values, indices, ends), shape=(len(documents), len(column)))
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1).A1)
    lengths[lengths == 0] = 1
    dots = (rows @ rows.T).toarray()
    cosines: NDArray[np.float64] = dots / lengths[:, None] / lengths
    return cosines
