"""The face of the store: LangGraph's `BaseStore` over one file."""

import asyncio
import time
import weakref
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from langgraph.store.base import (
    BaseStore,
    GetOp,
    IndexConfig,
    ListNamespacesOp,
    Op,
    Result,
    SearchItem,
    SearchOp,
    TTLConfig,
)

from agentcompress.errors import InvalidInputError, StoreBusyError
from agentcompress.values import Vectors

from .batch import Batch, read_batch
from .embedder import DEFAULT, embeddings_of, name_of, unit_vectors
from .file import StoreFile
from .filters import matches, needles
from .index import VectorIndex, require_faiss
from .namespaces import Scope, listed
from .rows import Row, Rows
from .saved_index import SavedIndex
from .search import by_meaning
from .sweeper import Sweeper
from .vector_rows import VectorRows

LEAST_BYTES = 1 << 20
"""The smallest limit: empty tables take some of it, and a smaller one would keep next to nothing."""


class FaissStore(BaseStore):
    """A store in one SQLite file that finds items by meaning, with FAISS.

    A put that returned is on disk. Threads may share a store; processes may share a file:
    all may read, one writes at a time, and each sees what the others wrote. A batch is all
    or nothing; its reads see the store as it was before. What has expired is not there,
    swept or not. `search` gives the newest first, with a `query` the nearest first (the best
    of an item's vectors counts) and those without vectors last; filters are told in
    `filters.matches`. The file wants a local disk.

    Args:
        path: The file, made where it does not exist; its folder must. None (or ":memory:")
            keeps all in memory.
        index: As LangGraph has it: `dims`, `embed`, `fields`. `embed` may also name an
            encoder of this library ("static", "minilm", …). None takes the static encoder
            over whole values; False searches without meaning and needs no FAISS.
        ttl: As LangGraph has it: `default_ttl`, `refresh_on_read`, `sweep_interval_minutes`.
        max_bytes: What the file may need, vectors and tables included, the saved index not; None
            sets no limit. What was used longest ago goes first: put, or read (to the minute) with
            `refresh_ttl`. What a batch puts stays at least until the next one.

    Raises:
        InvalidInputError: The file is something else, damaged, or has vectors of another kind.
        MissingDependencyError: FAISS is not installed.
        StoreBusyError: The file is new to this index and another process is writing.
        ValueError: `index` has no dims, or `max_bytes` is no integer from `LEAST_BYTES` (1 MiB) on.
    """

    supports_ttl = True

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        index: IndexConfig | Literal[False] | None = None,
        ttl: TTLConfig | None = None,
        max_bytes: int | None = None,
    ) -> None:
        self._max_bytes = _checked_bytes(max_bytes)
        self.index_config = None if index is False else DEFAULT if index is None else index
        self.embeddings = None if self.index_config is None else embeddings_of(self.index_config)
        self.ttl_config = ttl
        self._dims: int = 0
        self._fields: list[str] | None = None
        if self.index_config is not None:
            if self.index_config.get("dims", 0) < 1:
                raise ValueError('index needs "dims", the number of dimensions that embed gives')
            require_faiss()
            self._dims = self.index_config["dims"]
            self._fields = self.index_config.get("fields") or ["$"]
        self._path = None if path is None or str(path) == ":memory:" else Path(path).absolute()
        self._file = StoreFile(self._path)
        self._index: VectorIndex | None = None
        self._sweeper: Sweeper | None = None
        try:
            self._agree()
        except BaseException:
            self._file.close()
            raise
        if ttl and (minutes := ttl.get("sweep_interval_minutes")):
            self._sweeper = Sweeper(self.sweep_ttl, minutes=minutes)
        weakref.finalize(self, self._file.close)

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Does several operations, as `BaseStore` says.

        Raises:
            InvalidInputError: A value is no JSON, or the file is damaged.
            StoreBusyError: Another process is writing; nothing was done.
            ValueError: An operation that is none, a bad namespace, or the store is closed.
        """
        batch = read_batch(ops, self._fields)
        texts, queries = batch.texts, batch.queries if self.embeddings else []
        given, asked = [], []
        if self.embeddings:
            given = self.embeddings.embed_documents(texts) if texts else []
            asked = [self.embeddings.embed_query(query) for query in queries]
        return self._run(batch, self._vectors(texts, given), self._vectors(queries, asked))

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """The asynchronous twin; what takes time runs in a thread."""
        batch = read_batch(ops, self._fields)
        texts, queries = batch.texts, batch.queries if self.embeddings else []
        given, asked = [], []
        if self.embeddings:
            given = await self.embeddings.aembed_documents(texts) if texts else []
            asked = await asyncio.gather(*map(self.embeddings.aembed_query, queries))
        return await asyncio.to_thread(
            lambda: self._run(batch, self._vectors(texts, given), self._vectors(queries, asked))
        )

    def sweep_ttl(self) -> int:
        """Removes what has expired from the file; returns how many items."""
        with self._rows(writing=True) as rows:
            return rows.sweep()

    def close(self) -> None:
        """Closes the file; a store that is not closed loses nothing."""
        if self._sweeper:
            self._sweeper.stop()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)

    def _run(self, batch: Batch, texts: dict[str, Vectors], queries: dict[str, Vectors]) -> list[Result]:
        read: list[Row] = []
        with self._rows(writing=bool(batch.puts)) as rows:
            results = [self._read(op, rows, queries, read) for op in batch.ops]
            noted = {row.id for row in read if row.ttl is not None}
            if self._max_bytes:
                noted |= rows.stale(row.id for row in read)
            if batch.puts:
                self._write(batch, rows, texts)
        if noted:
            # Whoever writes meanwhile must not keep others from reading.
            with suppress(StoreBusyError), self._rows(writing=True) as rows:
                rows.refresh(noted)
        if self._path and self._index and self._index.built:
            with suppress(StoreBusyError), self._rows(writing=True) as rows:
                SavedIndex(self._path).save(self._index, rows)
        return results

    def _write(self, batch: Batch, rows: Rows, texts: dict[str, Vectors]) -> None:
        rows.sweep()
        newest = rows.newest()
        for (namespace, key), put in batch.puts.items():
            if put.json is None:
                rows.delete(namespace, key)
                continue
            item = rows.put(namespace, key, put.json, put.ttl)
            for text in put.texts:
                VectorRows(rows=rows, dims=self._dims).put(item, texts[text])
        if self._max_bytes:
            rows.evict(above=self._max_bytes, up_to=newest)

    def _read(self, op: Op, rows: Rows, queries: dict[str, Vectors], read: list[Row]) -> Result:
        """One operation's result; items of which it counts that they were read go to `read`."""
        if isinstance(op, GetOp):
            row = rows.get(op.namespace, op.key)
            if row and op.refresh_ttl:
                read.append(row)
            return row.item() if row else None
        if isinstance(op, ListNamespacesOp):
            return listed(rows.namespaces(), op)
        return self._search(op, rows, queries, read) if isinstance(op, SearchOp) else None

    def _search(
        self, op: SearchOp, rows: Rows, queries: dict[str, Vectors], read: list[Row]
    ) -> list[SearchItem]:
        scope = Scope(prefix=op.namespace_prefix, needles=tuple(needles(op.filter)))
        if op.query and op.query in queries:
            vectors = VectorRows(rows=rows, dims=self._dims)
            index, query = self._followed(vectors), queries[op.query][0]
            found = by_meaning(vectors, index, scope, query)
        else:
            found = ((row, None) for row in rows.listing(scope))
        with closing(found):
            wanted = (scored for scored in found if matches(scored[0].value, op.filter))
            page = list(islice(wanted, op.offset, op.offset + op.limit))
        if op.refresh_ttl:
            read += (row for row, _ in page)
        return [row.found(score) for row, score in page]

    def _followed(self, vectors: VectorRows) -> VectorIndex:
        """The index, with all that the rows have: made when it is first needed."""
        if self._index is None:
            index = VectorIndex()
            if self._path:
                SavedIndex(self._path).load(index, vectors.rows)
            self._index = index
        self._index.follow(vectors)
        return self._index

    def _vectors(self, texts: list[str], given: list[list[float]]) -> dict[str, Vectors]:
        """Text → vectors, shape (1, dims)."""
        if not texts:
            return {}
        return dict(zip(texts, unit_vectors(given, texts=len(texts), dims=self._dims)[:, None], strict=True))

    def _agree(self) -> None:
        """Sees to it that the file holds vectors of this index alone."""
        if not self.embeddings:
            return
        ours = {"dims": str(self._dims), "encoder": name_of(self.embeddings)}
        with self._rows(writing=False) as rows:
            facts = rows.facts()
        for name, fact in ours.items():
            if fact and facts.get(name, fact) != fact:
                raise InvalidInputError(
                    f"holds vectors with {name} {facts[name]}, the index says {fact}", path=self._path
                )
        missing = {name: fact for name, fact in ours.items() if fact and name not in facts}
        if missing:
            with self._rows(writing=True) as rows:
                rows.state(missing)

    @contextmanager
    def _rows(self, *, writing: bool) -> Iterator[Rows]:
        with self._file.transaction(writing=writing) as connection:
            yield Rows(connection, now=time.time(), path=self._path)


def _checked_bytes(limit: int | None) -> int | None:
    if limit is not None and (type(limit) is not int or limit < LEAST_BYTES):
        raise ValueError(f"max_bytes must be an integer from {LEAST_BYTES:,} (1 MiB) on, got {limit!r}")
    return limit
