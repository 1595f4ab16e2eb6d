"""The FAISS index: it follows the rows and is never ahead of them."""

import warnings
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from math import isqrt
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from agentcompress.errors import MissingDependencyError
from agentcompress.values import Vectors

from .vector_rows import Ids

FLAT_UP_TO = 20_000
"""Vectors that are compared one by one; beyond, only those in the cells nearest to the query are."""
GROWTH = 4
"""The index is built anew when it has grown so many times."""
FIRST, DEEPER = 64, 4
"""Neighbours asked for at first, and how many times as many next."""
_RECALL = 0.99
_COMPARED = 60_000
"""Vectors in the cells of one search, at most: some 10 ms on one core."""
_CELLS, _SAMPLES = 2, 40
"""Cells for each root of the number of vectors, and vectors of a cell that it is placed by. Of half a
million, 60,000 in twice as many cells hold 99% of the neighbours, in half as many 95%."""
_MARGIN = 4
"""So many times the cells that find what was tried are searched: with twice, 97.6% of some were found."""
_TRIED = 32
"""Points midway between two stored vectors whose neighbours tell how many cells must be searched."""
_GPU_NEIGHBOURS = 2_048
"""As many as FAISS gives on a GPU."""


def require_faiss() -> None:
    """Says what to install where FAISS is missing.

    Raises:
        MissingDependencyError: It is.
    """
    if find_spec("faiss") is None:
        raise MissingDependencyError(
            "semantic search needs FAISS: pip install 'agentcompress[cpu]' or 'agentcompress[gpu]'; "
            "FaissStore(index=False) does without"
        )
    try:
        distribution("faiss-cpu"), distribution("faiss-gpu")
    except PackageNotFoundError:
        return
    warnings.warn(
        "faiss-cpu and faiss-gpu are both installed, and the one installed last hides the other: "
        "uninstall both, then install one",
        RuntimeWarning,
        stacklevel=3,
    )


class VectorSource(Protocol):
    """What an index follows: a store's rows, or vectors in memory."""

    @property
    def dims(self) -> int:
        """Dimensions of each vector."""
        ...

    def after(self, last: int) -> Iterator[tuple[Ids, Vectors]]:
        """Ids above `last`, ascending, and their vectors, shape (ids, dims), some at a time."""
        ...


class VectorIndex:
    """Finds vectors by cosine. Not safe for threads.

    Ids are never used twice and their vectors never change. So it is enough to add what is
    newer than what is known; what has gone is skipped where it is met, and then forgotten.
    """

    def __init__(self) -> None:
        self.seen = 0
        """The highest id it knows."""
        self.built = False
        """Whether cells were made since the last save."""
        self._index: Any = None
        self._cells = self._probes = 1
        self._room = 0
        self._gpu: Any = None  # a copy of the index, until that changes
        self._resources: Any = None

    def follow(self, vectors: VectorSource) -> None:
        """Adds what was written since the last time, by whatever process.

        Raises:
            InvalidInputError: A row is damaged.
        """
        new = list(vectors.after(self.seen))
        if not new:
            return
        last = int(new[-1][0][-1])
        if self._index is None or self._index.ntotal + sum(len(ids) for ids, _ in new) > self._room:
            self._build(new if not self.seen else list(vectors.after(0)), vectors.dims)
        else:
            self._add(new)
        self.seen = last

    def ranked(
        self, query: Vectors, among: Ids | None = None
    ) -> Iterator[tuple[list[float], list[int], bool]]:
        """Scores, descending, their ids, and whether these are all: each time more of them, at last all.

        How many does not depend on what is wanted, so that pages of one query fit together.

        Args:
            query: A unit vector, shape (dims,).
            among: Ids to choose from, all of which it knows; None for all.
        """
        effort, total = 1, 0 if self._index is None else self._index.ntotal
        least = self._probes
        if among is not None:
            total, least = len(among), self._cells
        while total:
            count, probes = min(FIRST * effort, total), min(least * effort, self._cells)
            if DEEPER * count >= total:
                count, probes = total, self._cells
            scores, ids = self._search(query[None], count, probes, among)
            there = ids[0] >= 0
            complete = count == total and probes == self._cells
            yield scores[0][there].tolist(), ids[0][there].tolist(), complete
            if complete:
                return
            effort *= DEEPER

    def nearest(self, query: Vectors, count: int) -> Ids:
        """The ids of the vectors nearest to a query, the nearest first, by one search.

        Args:
            query: A unit vector, shape (dims,).
            count: How many, at most.
        """
        ids: Ids = self._search(query[None], count, self._probes)[1][0]
        return ids[ids >= 0]

    def forget(self, ids: list[int]) -> None:
        """Removes what has gone from the rows."""
        if ids:
            self._gpu = None
            self._index.remove_ids(np.array(ids, dtype=np.int64))

    def save(self, path: Path) -> dict[str, int]:
        """Writes the index to a file; returns what `load` has to be told."""
        import faiss

        faiss.write_index(self._index, str(path))
        self.built = False
        return {"seen": self.seen, "room": self._room, "probes": self._probes}

    def load(self, path: Path, *, seen: int, room: int, probes: int) -> None:
        """Reads what `save` wrote; the caller knows that it is unchanged."""
        import faiss

        self._index = faiss.read_index(str(path))
        self._cells = self._index.nlist
        self.seen, self._room, self._probes = seen, room, probes

    def _build(self, parts: list[tuple[Ids, Vectors]], dims: int) -> None:
        import faiss

        count = sum(len(ids) for ids, _ in parts)
        if count <= FLAT_UP_TO or _has_gpu():
            self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dims))
            self._cells = self._probes = 1
            self._room = max(FLAT_UP_TO, GROWTH * count)
            self._add(parts)
            return
        self._cells, self._room = _CELLS * isqrt(count), GROWTH * count
        self._index = faiss.IndexIVFFlat(
            faiss.IndexFlatIP(dims), dims, self._cells, faiss.METRIC_INNER_PRODUCT
        )
        self._index.cp.spherical = True
        rng = np.random.default_rng(0)
        share = min(1.0, _SAMPLES * self._cells / count)
        sample = np.concatenate([part[rng.random(len(part)) < share] for _, part in parts])
        self._index.train(sample)
        self._add(parts)
        one, other = rng.integers(len(sample), size=(2, _TRIED))
        self._probes = self._enough(sample[one] + sample[other])
        self.built = True

    def _enough(self, queries: Vectors) -> int:
        """As many cells as find the neighbours of these, and a margin: what will be asked is not known."""
        most = max(1, min(self._cells, self._cells * _COMPARED // self._index.ntotal))
        exact = self._search(queries, 10, self._cells)[1]
        probes = 8
        while _MARGIN * probes < most:
            found = self._search(queries, 10, probes)[1]
            hits = [len({*one} & {*other}) for one, other in zip(exact.tolist(), found.tolist(), strict=True)]
            if sum(hits) >= _RECALL * exact.size:
                break
            probes *= 2
        return int(min(_MARGIN * probes, most))

    def _add(self, parts: list[tuple[Ids, Vectors]]) -> None:
        self._gpu = None
        while parts:  # each part is let go as it is added: a million vectors are not held twice
            ids, vectors = parts.pop(0)
            self._index.add_with_ids(vectors, ids)

    def _search(
        self, queries: Vectors, count: int, probes: int, among: Ids | None = None
    ) -> tuple[Vectors, Ids]:
        import faiss

        found: tuple[Vectors, Ids]
        if self._cells > 1 or among is not None:
            asked: Any = faiss.SearchParametersIVF() if self._cells > 1 else faiss.SearchParameters()
            if self._cells > 1:
                asked.nprobe = probes
            if among is not None:
                asked.sel = faiss.IDSelectorBatch(among)
            found = self._index.search(queries, count, params=asked)
            return found
        if self._gpu is None and _has_gpu():
            self._resources = self._resources or faiss.StandardGpuResources()
            self._gpu = faiss.index_cpu_to_gpu(self._resources, 0, self._index)
        on_gpu = self._gpu is not None and count <= _GPU_NEIGHBOURS
        found = (self._gpu if on_gpu else self._index).search(queries, count)
        return found


def _has_gpu() -> bool:
    import faiss

    return hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0
