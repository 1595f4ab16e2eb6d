"""What tests of stores share: vectors that can be foretold, a process that writes, stores of every kind."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import numpy as np
from langgraph.store.base import BaseStore, IndexConfig, PutOp
from langgraph.store.memory import InMemoryStore

from agentcompress.memory import FaissStore, index

DIMS = 8


def embed(texts: Sequence[str]) -> list[list[float]]:
    """How often each of eight letters stands in a text: equal texts, and some others, are one vector."""
    return [[float(text.count(letter)) for letter in "abcdefgh"] for text in texts]


INDEX = IndexConfig(dims=DIMS, embed=embed, fields=["text"])


def rank_texts(count: int) -> list[str]:
    """Texts of which each is nearer to "a" than the next."""
    return ["a" * (count - number) + "b" * (number + 1) for number in range(count)]


def scattered(count: int, dims: int, seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Unit vectors in clusters, as texts on some subjects have them; shape (count, dims)."""
    rng = np.random.default_rng(seed)
    subjects = rng.normal(size=(max(1, count // 50), dims))
    vectors = subjects[rng.integers(len(subjects), size=count)] + 0.6 * rng.normal(size=(count, dims))
    unit: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    ).astype(np.float32)
    return unit


def write_until_killed(path: Path, own: str, pipe: Connection) -> None:
    """Writes items, new ones and old ones anew, removes some, and tells of each batch when it is done."""
    index.FLAT_UP_TO, index.GROWTH = 30, 1  # the index is made and saved anew at each search
    pipe.send("begun")
    store = FaissStore(path, index=INDEX)
    number = 0
    while True:
        puts = [
            PutOp(("kept", own), f"{number}-{part}", {"text": "abc"[part % 3] * (1 + number % 7)})
            for part in range(3)
        ]
        again = PutOp(("again", own), str(number % 5), {"text": "h", "number": number})
        gone = PutOp(("kept", own), f"{number - 1}-2", None)
        store.batch([*puts, again, gone])
        pipe.send(number)
        if number % 4 == 0:
            store.search((), query="a", limit=1_000)
        number += 1


class Stores(Protocol):
    """Opens a store of one kind, as often as wanted: what was put is there the next time, too."""

    def opened(self) -> AbstractContextManager[BaseStore]:
        """For threads."""
        ...

    def aopened(self) -> AbstractAsyncContextManager[BaseStore]:
        """For the event loop that runs."""
        ...


class MemoryStores:
    """LangGraph's own, which forgets with its process."""

    def __init__(self) -> None:
        self._store = InMemoryStore()

    @contextmanager
    def opened(self) -> Iterator[BaseStore]:
        yield self._store

    @asynccontextmanager
    async def aopened(self) -> AsyncIterator[BaseStore]:
        yield self._store


class FileStores:
    """Ours, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def opened(self) -> Iterator[BaseStore]:
        with FaissStore(self._path, index=False) as store:
            yield store

    @asynccontextmanager
    async def aopened(self) -> AsyncIterator[BaseStore]:
        async with FaissStore(self._path, index=False) as store:
            yield store


class PostgresStores:
    """LangGraph's own in PostgreSQL, each with a connection of its own, as in workers of their own."""

    def __init__(self, conninfo: str) -> None:
        from langgraph.store.postgres import PostgresStore

        self._conninfo = conninfo
        with PostgresStore.from_conn_string(conninfo) as store:
            store.setup()

    @contextmanager
    def opened(self) -> Iterator[BaseStore]:
        from langgraph.store.postgres import PostgresStore

        with PostgresStore.from_conn_string(self._conninfo) as store:
            yield store

    @asynccontextmanager
    async def aopened(self) -> AsyncIterator[BaseStore]:
        from langgraph.store.postgres import AsyncPostgresStore

        async with AsyncPostgresStore.from_conn_string(self._conninfo) as store:
            yield store
