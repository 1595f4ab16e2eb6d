"""Items that expire: when, what puts it off, and what removes them."""

import gc
import threading
import time
from collections.abc import Callable
from typing import cast

from langgraph.store.base import TTLConfig

from agentcompress.memory import FaissStore

from .stores import INDEX


def open_store(**ttl: object) -> FaissStore:
    return FaissStore(index=INDEX, ttl=cast(TTLConfig, ttl) if ttl else None)


def test_what_has_expired_is_not_there_swept_or_not(wait: Callable[[float], None]) -> None:
    with open_store() as store:
        store.put(("short",), "k", {"text": "a"}, ttl=1)
        store.put(("long",), "k", {"text": "a"}, ttl=3)
        store.put(("ever",), "k", {"text": "a"})
        wait(2)
        assert store.get(("short",), "k") is None
        assert {item.namespace for item in store.search(())} == {("long",), ("ever",)}
        assert {item.namespace for item in store.search((), query="a")} == {("long",), ("ever",)}
        assert store.search(("short",), query="a") == []
        assert store.list_namespaces() == [("ever",), ("long",)]
        assert store.sweep_ttl() == 1
        assert store.sweep_ttl() == 0


def test_defaults_hold_where_a_put_says_nothing(wait: Callable[[float], None]) -> None:
    with open_store(default_ttl=5) as store:
        store.put(("a",), "default", {})
        store.put(("a",), "short", {}, ttl=1)
        store.put(("a",), "ever", {}, ttl=None)
        wait(2)
        assert {item.key for item in store.search((), refresh_ttl=False)} == {"default", "ever"}
        wait(4)
        assert {item.key for item in store.search(())} == {"ever"}


def test_reading_lets_the_time_begin_anew(wait: Callable[[float], None]) -> None:
    with open_store() as store:
        for key in ("got", "found", "listed", "untouched"):
            store.put((key,), key, {"text": "a"}, ttl=4)
        for _ in range(3):
            wait(3)
            assert store.get(("got",), "got")
            assert store.search(("found",), query="a")
            assert store.search(("listed",))
        assert {item.key for item in store.search((), refresh_ttl=False)} == {"got", "found", "listed"}


def test_reading_need_not_let_it_begin_anew(wait: Callable[[float], None]) -> None:
    with open_store(refresh_on_read=False) as store:
        for key in ("got", "found", "asked"):
            store.put((key,), key, {"text": "a"}, ttl=4)
        wait(3)
        assert store.get(("got",), "got")
        assert store.search(("found",), query="a")
        assert store.get(("asked",), "asked", refresh_ttl=True)
        wait(2)
        assert {item.key for item in store.search(())} == {"asked"}


def test_a_put_begins_anew_and_writing_sweeps(wait: Callable[[float], None]) -> None:
    with open_store() as store:
        store.put(("a",), "again", {"n": 1}, ttl=2)
        store.put(("a",), "gone", {}, ttl=2)
        wait(1)
        store.put(("a",), "again", {"n": 2}, ttl=2)
        first = store.get(("a",), "again", refresh_ttl=False)
        wait(1.5)
        assert store.get(("a",), "again") == first
        store.put(("a",), "other", {})
        assert store.sweep_ttl() == 0
        wait(3)
        store.put(("a",), "again", {"n": 3}, ttl=2)
        anew = store.get(("a",), "again")
        assert first
        assert anew
        assert anew.created_at > first.created_at


def test_a_sweeper_runs_until_its_store_is_closed_or_gone() -> None:
    def sweepers() -> int:
        return sum(thread.name == "store-sweeper" for thread in threading.enumerate())

    store = open_store(sweep_interval_minutes=0.0005)
    forgotten = open_store(sweep_interval_minutes=0.0005)
    store.put(("a",), "k", {}, ttl=0.001)
    assert sweepers() == 2
    time.sleep(0.5)
    assert store.sweep_ttl() == 0
    store.close()
    del forgotten
    gc.collect()
    for _ in range(100):
        if not sweepers():
            break
        time.sleep(0.05)
    assert sweepers() == 0
