"""A pytest plugin: LangGraph's own stores are ours, so that the tests of theirs are tests of ours.

`make upstream-stores DIR=…` runs them: `-p faiss_store`, this folder on PYTHONPATH.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

import langgraph.store.memory
import langgraph.store.sqlite

from agentcompress.memory import FaissStore


class InMemoryStore(FaissStore):
    """Made as LangGraph's store in memory is."""

    def __init__(self, *, index: Any = None) -> None:
        super().__init__(index=index or False)


class SqliteStore(FaissStore):
    """Made as LangGraph's store in a file is."""

    @classmethod
    @contextmanager
    def from_conn_string(cls, conn_string: str, *, index: Any = None, ttl: Any = None) -> Iterator[Self]:
        with cls(conn_string, index=_index(index), ttl=_ttl(ttl)) as store:
            yield store

    def setup(self) -> None:
        """Tables are made on opening."""

    def start_ttl_sweeper(self) -> None:
        """It runs from the start."""

    def stop_ttl_sweeper(self) -> None:
        """It ends with the store."""


class AsyncSqliteStore(FaissStore):
    """The same for those who wait."""

    @classmethod
    @asynccontextmanager
    async def from_conn_string(
        cls, conn_string: str, *, index: Any = None, ttl: Any = None
    ) -> AsyncIterator[Self]:
        async with cls(conn_string, index=_index(index), ttl=_ttl(ttl)) as store:
            yield store

    async def setup(self) -> None:
        """Tables are made on opening."""


def _index(index: Any) -> Any:
    return {**index, "fields": index.get("text_fields")} if index else False


def _ttl(ttl: Any) -> Any:
    """What SqliteStore takes where nothing is said; LangGraph's documentation says the opposite."""
    return {"refresh_on_read": False, **ttl} if ttl else None


# Before the tests import them.
langgraph.store.memory.InMemoryStore = InMemoryStore  # type: ignore[assignment, misc]
langgraph.store.sqlite.SqliteStore = SqliteStore  # type: ignore[assignment, misc]
langgraph.store.sqlite.AsyncSqliteStore = AsyncSqliteStore  # type: ignore[assignment, misc]
