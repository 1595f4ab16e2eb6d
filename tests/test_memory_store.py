"""The store as LangGraph has it: names, batches, namespaces, pages, threads and event loops."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.store.base import (
    GetOp,
    IndexConfig,
    InvalidNamespaceError,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    SearchOp,
)

from agentcompress.errors import InvalidInputError
from agentcompress.memory import FaissStore

from .stores import DIMS, INDEX, embed


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FaissStore]:
    with FaissStore(tmp_path / "agent.db" if request.param == "file" else None, index=INDEX) as store:
        yield store


def keys(items: Any) -> list[str]:
    return [item.key for item in items]


def test_what_is_put_is_there_until_it_is_deleted(store: FaissStore) -> None:
    store.put(("users", "ann"), "likes", {"food": "figs"})
    first = store.get(("users", "ann"), "likes")
    assert first is not None
    assert (first.namespace, first.key, first.value) == (("users", "ann"), "likes", {"food": "figs"})
    store.put(("users", "ann"), "likes", {"food": "dates"})
    second = store.get(("users", "ann"), "likes")
    assert second is not None
    assert second.value == {"food": "dates"}
    assert second.created_at == first.created_at <= first.updated_at <= second.updated_at
    assert store.get(("users",), "likes") is None
    store.delete(("users", "ann"), "likes")
    store.delete(("users", "ann"), "never there")
    assert store.get(("users", "ann"), "likes") is None


def test_a_batch_reads_what_was_before_it_and_keeps_the_last_put(store: FaissStore) -> None:
    store.put(("a",), "old", {"n": 1})
    results = store.batch(
        [
            PutOp(("a",), "new", {"n": 2}),
            GetOp(("a",), "new"),
            PutOp(("a",), "new", {"n": 3}),
            SearchOp(("a",)),
            ListNamespacesOp(),
            PutOp(("a",), "old", None),
            GetOp(("a",), "old"),
        ]
    )
    assert [results[index] for index in (0, 1, 2, 5)] == [None] * 4
    assert keys(results[3]) == ["old"]
    assert results[4] == [("a",)]
    assert keys(store.search(("a",))) == ["new"]
    assert store.search(("a",))[0].value == {"n": 3}


def test_a_batch_with_a_mistake_is_not_done_at_all(store: FaissStore) -> None:
    good = PutOp(("a",), "k", {"n": 1})
    mistakes: list[tuple[Any, type[Exception]]] = [
        (PutOp(("a",), "k2", {"n": object()}), InvalidInputError),
        (PutOp(("a",), "\ud800", {}), InvalidInputError),
        (SearchOp(("a",), limit=-1), ValueError),
        (SearchOp(("a",), filter={"n": {"$near": 1}}), ValueError),
        ("get", ValueError),
    ]
    store.put(("a",), "there", {"n": 0})
    for mistake, error in mistakes:
        with pytest.raises(error):
            store.batch([good, mistake])
        assert keys(store.search(("a",))) == ["there"]


@pytest.mark.parametrize("namespace", [("foo.bar",), ("foo", ""), ("foo", 1), ("a\x00",)])
def test_labels_are_checked_in_batches_too(store: FaissStore, namespace: Any) -> None:
    store.put(("foo", "bar"), "key", {"original": True})
    ops: list[Op] = [
        GetOp(namespace, "key"),
        PutOp(namespace, "key", {}),
        PutOp(namespace, "key", None),
        SearchOp(namespace),
        ListNamespacesOp((MatchCondition("prefix", namespace),)),
    ]
    for op in ops:
        with pytest.raises(InvalidNamespaceError):
            store.batch([op])
    with pytest.raises(InvalidNamespaceError):
        store.put(("langgraph",), "key", {})
    assert len(store.search(())) == 1


@given(
    value=st.dictionaries(
        st.text(st.characters()),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
    ),
    key=st.text(),
    label=st.text(min_size=1).filter(lambda text: not {".", "\x00"} & set(text)),
)
def test_any_json_and_any_name_comes_back(value: dict[str, Any], key: str, label: str) -> None:
    with FaissStore(index=False) as store:
        store.put(("a", label), key, value)
        item = store.get(("a", label), key)
        assert item is not None
        assert item.value == value
        assert store.search(("a",))[0] == item
        assert store.list_namespaces() == [("a", label)]


def test_values_are_the_callers_own(store: FaissStore) -> None:
    value = {"list": [1]}
    store.put(("a",), "k", MappingProxyType(value))
    value["list"].append(2)
    first = store.get(("a",), "k")
    assert first is not None
    assert first.value == {"list": [1]}
    first.value["list"].append(3)
    assert store.search(("a",))[0].value == {"list": [1]}


def test_a_prefix_ends_where_a_label_does(store: FaissStore) -> None:
    spaces = [
        ("foo",),
        ("foo", "x"),
        ("foo", "x", "y"),
        ("foobar",),
        ("Foo",),
        ("fo*",),
        ("foo\n",),
        ("foo/",),
    ]
    for namespace in spaces:
        store.put(namespace, "k", {})

    def under(prefix: tuple[str, ...]) -> set[tuple[str, ...]]:
        return {item.namespace for item in store.search(prefix, limit=99)}

    assert under(()) == set(spaces)
    assert under(("foo",)) == {("foo",), ("foo", "x"), ("foo", "x", "y")}
    assert under(("foo", "x")) == {("foo", "x"), ("foo", "x", "y")}
    assert under(("fo",)) == set()
    assert under(("fo*",)) == {("fo*",)}
    assert under(("foo", "x", "y", "z")) == set()


def test_namespaces_match_are_cut_and_paged(store: FaissStore) -> None:
    spaces = [
        ("a", "b", "c"),
        ("a", "b", "d", "e"),
        ("a", "b", "d", "i"),
        ("a", "b", "f"),
        ("a", "c", "f"),
        ("b",),
    ]
    for namespace in spaces:
        store.put(namespace, "k", {})
    listed = store.list_namespaces
    assert listed() == sorted(spaces)
    assert listed(prefix=("a", "b"), max_depth=3) == [("a", "b", "c"), ("a", "b", "d"), ("a", "b", "f")]
    assert listed(prefix=("a", "*", "f")) == [("a", "b", "f"), ("a", "c", "f")]
    assert listed(suffix=("*", "f")) == [("a", "b", "f"), ("a", "c", "f")]
    assert listed(prefix=("a",), suffix=("b", "f")) == [("a", "b", "f")]
    assert listed(prefix=("a", "b"), limit=2, offset=1) == [("a", "b", "d", "e"), ("a", "b", "d", "i")]
    assert listed(suffix=("c", "a", "b", "c")) == []
    with pytest.raises(ValueError, match="match_type"):
        store.batch([ListNamespacesOp((MatchCondition("within", ("a",)),))])  # type: ignore[arg-type]
    store.delete(("b",), "k")
    assert ("b",) not in listed()


def test_a_listing_has_the_newest_first_and_pages_that_fit_together(store: FaissStore) -> None:
    for number in range(25):
        store.put(("a", str(number % 3)), f"k{number}", {"even": number % 2 == 0})
    store.put(("a", "0"), "k0", {"even": True})
    whole = keys(store.search(("a",), limit=100))
    assert whole == ["k0", *(f"k{number}" for number in range(24, 0, -1))]
    pages = [keys(store.search(("a",), limit=4, offset=offset)) for offset in range(0, 28, 4)]
    assert [key for page in pages for key in page] == whole
    even = keys(store.search(("a",), filter={"even": True}, limit=100))
    assert keys(store.search(("a",), filter={"even": True}, limit=3, offset=2)) == even[2:5]
    assert store.search(("a",), limit=0) == []


def test_threads_share_a_store(store: FaissStore) -> None:
    def work(own: int) -> None:
        for number in range(20):
            store.put(("t", str(own)), str(number), {"text": "abcd"[own] * (number + 1)})
            found = store.search(("t", str(own)), query="abcd"[own], limit=50)
            assert len(found) == number + 1

    threads = [threading.Thread(target=work, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.search(("t",), query="a", limit=100)) == 80


def test_the_asynchronous_twins_do_the_same_without_blocking(tmp_path: Path) -> None:
    def slow(texts: Sequence[str]) -> list[list[float]]:
        time.sleep(0.3)
        return embed(texts)

    async def run() -> None:
        ticks: list[float] = []

        async def tick() -> None:
            while True:
                ticks.append(time.perf_counter())
                await asyncio.sleep(0.01)

        ticking = asyncio.create_task(tick())
        async with FaissStore(tmp_path / "a.db", index=IndexConfig(dims=DIMS, embed=slow)) as store:
            await asyncio.gather(*(store.aput(("a",), str(n), {"text": "a" * n}) for n in range(1, 4)))
            found = await store.asearch(("a",), query="aaa")
            assert len(found) == 3
            assert (await store.aget(("a",), "1")) is not None
            await store.adelete(("a",), "1")
            assert await store.alist_namespaces() == [("a",)]
        ticking.cancel()
        assert len(ticks) > 15  # of some 60: the loop went on while vectors were made

    asyncio.run(run())


def test_an_asynchronous_embedding_function_serves_asynchronous_calls() -> None:
    async def aembed(texts: Sequence[str]) -> list[list[float]]:
        return embed(texts)

    async def run() -> None:
        async with FaissStore(index=IndexConfig(dims=DIMS, embed=aembed)) as store:
            await store.aput(("a",), "k", {"text": "a"})
            assert (await store.asearch((), query="a"))[0].score is not None

    asyncio.run(run())


def test_a_cancelled_put_is_done_or_not_and_never_half(store: FaissStore) -> None:
    async def run() -> None:
        for number in range(20):
            put = asyncio.create_task(store.aput(("a",), str(number), {"text": "ab"}))
            await asyncio.sleep(0.001 * (number % 4))
            put.cancel()
            await asyncio.gather(put, return_exceptions=True)
        await store.aput(("a",), "last", {"text": "ab"})

    asyncio.run(run())
    found = store.search((), query="ab", limit=50)
    assert sorted(keys(found)) == sorted(keys(store.search((), limit=50)))
    assert "last" in keys(found)
    assert all(item.score == pytest.approx(1) for item in found)


def test_a_closed_store_says_so(store: FaissStore) -> None:
    store.close()
    store.close()
    with pytest.raises(ValueError, match="closed"):
        store.get(("a",), "k")


def test_importing_it_loads_neither_faiss_nor_torch() -> None:
    code = "import sys, agentcompress.memory; print({'faiss', 'torch', 'langgraph.graph'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
