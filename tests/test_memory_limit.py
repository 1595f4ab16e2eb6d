"""A limit on what a store keeps: what was used longest ago goes first."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.store.base import IndexConfig, PutOp

from agentcompress.errors import AgentCompressError
from agentcompress.memory import FaissStore, stats
from agentcompress.memory.store import LEAST_BYTES

from .stores import INDEX

LIMIT = LEAST_BYTES
BIG = {"text": "a" * 16_000}


def open_store(path: Path | None, limit: int = LIMIT) -> FaissStore:
    return FaissStore(path, index=INDEX, max_bytes=limit)


def fill(store: FaissStore, count: int, label: str = "new") -> None:
    for number in range(count):
        store.put((label,), str(number), BIG)


def keys(store: FaissStore, label: str) -> set[str]:
    return {item.key for item in store.search((label,), limit=1_000, refresh_ttl=False)}


def needed(path: Path) -> int:
    figures = stats(path)
    return figures.file_bytes - figures.free_bytes


def test_a_file_does_not_outgrow_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with open_store(path) as store:
        fill(store, 300)
        kept = keys(store, "new")
        assert kept == {str(number) for number in range(300 - len(kept), 300)}
        assert len(store.search((), query="a", limit=1_000)) == len(kept)
    assert 0.8 * LIMIT < needed(path) <= LIMIT + 30_000
    assert stats(path).total.vectors == len(kept) < 100


def test_without_a_limit_nothing_goes(tmp_path: Path) -> None:
    with FaissStore(tmp_path / "agent.db", index=INDEX) as store:
        fill(store, 300)
        assert len(keys(store, "new")) == 300


def test_what_is_read_stays_longer(wait: Callable[[float], None]) -> None:
    with open_store(None) as store:
        for key in ("got", "found", "listed", "peeked", "untouched"):
            store.put((key,), key, {"text": "h"})
        for number in range(4):
            wait(5)
            fill(store, 20, f"new{number}")
            assert store.get(("got",), "got")
            assert store.search(("found",), query="h")
            assert store.search(("listed",))
            store.get(("peeked",), "peeked", refresh_ttl=False)
        labels = {label for (label,) in store.list_namespaces()}
    assert labels >= {"got", "found", "listed", "new3"}
    assert not labels & {"peeked", "untouched"}


def test_asynchronous_reading_counts_too(wait: Callable[[float], None]) -> None:
    async def run() -> None:
        async with open_store(None) as store:
            for key in ("got", "untouched"):
                await store.aput((key,), key, {"text": "h"})
            for number in range(4):
                wait(5)
                await store.abatch([PutOp((f"new{number}",), str(each), BIG) for each in range(20)])
                assert await store.aget(("got",), "got")
            assert await store.aget(("untouched",), "untouched") is None

    asyncio.run(run())


def test_what_a_batch_puts_outlives_the_batch() -> None:
    with open_store(None) as store:
        store.batch([PutOp(("a",), str(number), BIG) for number in range(200)])
        assert len(keys(store, "a")) == 200
        store.put(("b",), "k", BIG)
        assert len(keys(store, "a")) < 100
        assert keys(store, "b") == {"k"}


def test_what_was_put_before_there_was_a_limit_goes_first(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with FaissStore(path, index=INDEX) as store:
        fill(store, 200, "old")
    with open_store(path) as store:
        fill(store, 30)
        assert len(keys(store, "new")) == 30
        assert keys(store, "old") == {str(number) for number in range(200 - len(keys(store, "old")), 200)}
    assert needed(path) <= LIMIT + 30_000


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30), st.integers(1, 60_000)), max_size=60))
def test_nothing_goes_before_what_was_used_earlier(uses: list[tuple[bool, int, int]]) -> None:
    now = [1e9]
    with pytest.MonkeyPatch.context() as patched, FaissStore(index=False, max_bytes=LEAST_BYTES) as store:
        patched.setattr(time, "time", lambda: now[0])
        used: dict[str, float] = {}
        for putting, number, size in uses:
            now[0] += 61
            if putting:
                store.put(("a",), str(number), {"text": "x" * size})
            elif not store.get(("a",), str(number)):
                continue
            used[str(number)] = now[0]
            kept = keys(store, "a")
            gone = used.keys() - kept
            assert str(number) in kept
            assert max((used[key] for key in gone), default=0) <= min(used[key] for key in kept)
            used = {key: used[key] for key in kept}


@pytest.mark.parametrize("limit", [0, 1, LEAST_BYTES - 1, float(LIMIT), True, "2 MiB", -LIMIT])
def test_a_limit_that_keeps_next_to_nothing_or_is_no_integer_is_refused(limit: Any) -> None:
    problem = rf"max_bytes must be an integer from 1,048,576 \(1 MiB\) on, got {limit!r}$"
    with pytest.raises(ValueError, match=problem):
        open_store(None, limit)


def test_no_value_is_told_to_logs_or_in_errors(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path, secret = tmp_path / "agent.db", "hunter2-secret"

    def embed(texts: object) -> list[list[float]]:
        return [[1.0]]

    problems: list[str] = []
    with open_store(path) as store:
        store.put(("a",), "k", {"text": secret})
        store.search((), query=secret)
        for value in ({"text": secret, "x": object()}, {"text": {secret: {1, 2}}}):
            with pytest.raises(AgentCompressError) as unreadable:
                store.put(("a",), "k", value)
            problems.append(str(unreadable.value))
        with pytest.raises(ValueError, match="unknown operation") as unknown:
            store.batch([("a", "k", {"text": secret})])  # type: ignore[list-item]
        problems.append(str(unknown.value))
    with FaissStore(index=IndexConfig(dims=8, embed=embed)) as other:
        with pytest.raises(AgentCompressError) as misfit:
            other.put(("a",), "k", {"text": secret})
        problems.append(str(misfit.value))
    path.write_bytes(path.read_bytes().replace(secret.encode(), secret[::-1].encode()))
    with open_store(path) as store, pytest.raises(AgentCompressError) as damaged:
        store.get(("a",), "k")
    problems.append(str(damaged.value))
    assert len(problems) == 5
    assert not [told for told in (*problems, caplog.text) if secret in told or secret[::-1] in told]
