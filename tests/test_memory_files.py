"""The file of a store: shared by processes, kept through formats, honest about damage."""

import json
import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.store.base import PutOp

from agentcompress.errors import InvalidInputError, StoreBusyError
from agentcompress.memory import FaissStore, export, file, index, stats, vacuum
from agentcompress.memory.rows import checksum

from .stores import INDEX, rank_texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.db"


def filled(path: Path, count: int = 300) -> dict[str, dict[str, str]]:
    values = {str(number): {"text": text} for number, text in enumerate(rank_texts(count))}
    with FaissStore(path, index=INDEX) as store:
        store.batch([PutOp(("a", "b"), key, value) for key, value in values.items()])
    return values


def exported(path: Path) -> dict[str, Any]:
    lines = path.with_suffix(".jsonl")
    reader = export(path, lines)
    found = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert len(found) == reader.read
    return {item["key"]: item["value"] for item in found}


def test_all_is_there_after_reopening(path: Path) -> None:
    values = filled(path)
    with FaissStore(path, index=INDEX) as store:
        found = store.search((), query="a", limit=500)
        assert [item.key for item in found] == list(values)
        assert {item.key: item.value for item in found} == values
    assert exported(path) == values


def test_a_store_never_closed_loses_nothing(path: Path) -> None:
    store = FaissStore(path, index=INDEX)
    store.put(("a",), "k", {"text": "a"})
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT key FROM items").fetchall() == [("k",)]
    assert exported(path) == {"k": {"text": "a"}}


def test_readers_notice_what_a_writer_does(path: Path) -> None:
    with FaissStore(path, index=INDEX) as writer, FaissStore(path, index=INDEX) as reader:
        for number in range(5):
            writer.put(("a",), str(number), {"text": "abcde"[number]})
            found = reader.search((), query="abcde"[number], limit=1)[0]
            assert (found.key, found.score) == (str(number), 1)
        writer.put(("a",), "0", {"text": "h"})
        writer.delete(("a",), "1")
        assert [item.score for item in reader.search((), query="a", limit=1)] == [0]
        assert {item.key for item in reader.search((), query="b", limit=9)} == {"0", "2", "3", "4"}


def test_who_cannot_write_says_so_and_who_reads_need_not_wait(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "PATIENCE", 0.1)
    with (
        FaissStore(path, index=INDEX) as store,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        store.put(("a",), "k", {"text": "a"}, ttl=5)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match=r"agent\.db.*another process is writing"):
            store.put(("a",), "k2", {"text": "a"})
        assert store.get(("a",), "k")  # also where reading would let the time begin anew
        assert [item.key for item in store.search((), query="a")] == ["k"]
        with FaissStore(path, index=INDEX) as second:
            assert second.get(("a",), "k")
        other.execute("COMMIT")
        store.put(("a",), "k2", {"text": "a"})


def put_many(path: Path, own: str) -> None:
    with FaissStore(path, index=INDEX) as store:
        for number in range(20):
            store.put(("w", own), str(number), {"text": "ab"})


def test_processes_that_write_in_turn_lose_nothing(path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    workers = [context.Process(target=put_many, args=(path, own)) for own in ("x", "y")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with FaissStore(path, index=INDEX) as store:
        assert len(store.search(("w",), query="a", limit=99)) == 40
        assert store.list_namespaces() == [("w", "x"), ("w", "y")]


def test_other_files_are_left_alone(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    with pytest.raises(InvalidInputError, match="something else"):
        FaissStore(path)
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(InvalidInputError, match="cannot be used as a store"):
        FaissStore(path)
    with pytest.raises(InvalidInputError, match="cannot be used as a store"):
        FaissStore(tmp_path / "no such folder" / "a.db")


def test_formats_lead_from_one_to_the_next(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = filled(path, 20)
    step = ("ALTER TABLE facts ADD COLUMN since REAL", "UPDATE facts SET since = 1")
    with monkeypatch.context() as patched:
        patched.setattr(file, "MIGRATIONS", (*file.MIGRATIONS, step))
        with FaissStore(path, index=INDEX) as store:
            assert len(store.search((), query="a", limit=99)) == len(values)
        FaissStore(path, index=INDEX).close()
        with closing(sqlite3.connect(path)) as other:
            assert other.execute("SELECT DISTINCT since FROM facts").fetchall() == [(1.0,)]
            assert other.execute("PRAGMA user_version").fetchone() == (3,)
    newer = path.read_bytes()
    with pytest.raises(InvalidInputError, match="format 3, this version of agentcompress reads up to 2: upg"):
        FaissStore(path, index=INDEX)
    assert path.read_bytes() == newer


def test_a_file_of_each_older_format_is_brought_up_to_date(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(file, "MIGRATIONS", file.MIGRATIONS[:1])
        FaissStore(path, index=INDEX).close()
    row = ("a.b.", "k", '{"text": "a"}', 1.0, 2.0, None)
    with closing(sqlite3.connect(path)) as older, older:
        columns = "namespace, key, value, created, updated, ttl, checksum"
        older.execute(f"INSERT INTO items ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, checksum(*row)))
    assert exported(path) == {"k": {"text": "a"}}
    assert (stats(path).format, stats(path).total.items, vacuum(path).expired) == (1, 1, 0)
    with FaissStore(path, index=INDEX) as store:
        assert store.search((), query="a")[0].value == {"text": "a"}
    assert stats(path).format == 2
    assert exported(path) == {"k": {"text": "a"}}


def test_a_fork_opens_its_own(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaissStore(path) as store:
        monkeypatch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(ValueError, match="after a fork"):
            store.get(("a",), "k")
        monkeypatch.undo()


def cut(data: bytes) -> bytes:
    return data[: len(data) // 3]


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def test_a_damaged_note_on_the_saved_index_is_not_believed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FLAT_UP_TO", 60)
    values = filled(path)
    with FaissStore(path, index=INDEX) as store:
        store.search((), query="a")
    for note in ("replace(fact, '\"seen\": 300', '\"seen\": 900')", "'[]'", "'{'", "'[{\"seen\": 1}, 2]'"):
        with closing(sqlite3.connect(path)) as other, other:
            assert other.execute(f"UPDATE facts SET fact = {note} WHERE name = 'index'").rowcount == 1
        with FaissStore(path, index=INDEX) as store:
            store.put(("a", "b"), "new", {"text": "a"})
            assert len(store.search((), query="a", limit=500)) == len(values) + 1


@pytest.mark.parametrize("spoil", [cut, flip, lambda data: b""])
def test_a_saved_index_that_is_spoiled_is_made_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(index, "FLAT_UP_TO", 60)
    values = filled(path)
    with FaissStore(path, index=INDEX) as store:
        store.search((), query="a")
    saved = path.with_name("agent.db.faiss")
    assert saved.exists()
    saved.write_bytes(spoil(saved.read_bytes()))
    with FaissStore(path, index=INDEX) as store:
        assert [item.key for item in store.search((), query="a", limit=500)] == list(values)


def test_a_saved_index_of_other_rows_is_made_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "FLAT_UP_TO", 60)
    filled(path, 100)
    backup = path.with_name("backup")
    shutil.copy(path, backup)
    filled(path, 200)
    with FaissStore(path, index=INDEX) as store:
        store.search((), query="a")
    saved = path.with_name("agent.db.faiss")
    assert saved.exists()
    shutil.copy(backup, path)
    values = filled(path, 150)
    with FaissStore(path, index=INDEX) as store:
        assert [item.key for item in store.search((), query="a", limit=500)] == list(values)


def test_a_saved_index_grows_with_what_is_put_later(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "FLAT_UP_TO", 60)
    for count in (100, 150, 200):
        values = filled(path, count)
        with FaissStore(path, index=INDEX) as store:
            assert [item.key for item in store.search((), query="a", limit=500)] == list(values)


def test_a_truncated_file_is_one_clear_error_and_what_is_readable_is_saved(path: Path) -> None:
    values = filled(path)
    data = path.read_bytes()
    saved = []
    for share in (0.3, 0.6, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        with (
            pytest.raises(InvalidInputError, match=r"export saves what is readable"),
            FaissStore(path, index=INDEX) as store,
        ):
            store.search((), limit=1_000)
        found = exported(path)
        assert found.items() <= values.items()
        saved.append(len(found))
    assert 0 < saved[0] <= saved[1] <= saved[2]


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("damage") / "agent.db"
    filled(path)
    return path


@given(
    st.lists(st.tuples(st.integers(0, 2**32), st.integers(1, 255)), min_size=1, max_size=40),
    st.sampled_from([1, 64]),
)
@settings(max_examples=40)
def test_damage_is_told_and_never_believed(intact: Path, damage: list[tuple[int, int]], length: int) -> None:
    values = {str(number): {"text": text} for number, text in enumerate(rank_texts(300))}
    data = bytearray(intact.read_bytes())
    for position, change in damage:
        for byte in range(length):
            data[(position + byte) % len(data)] ^= change
    path = intact.with_name("damaged.db")
    for beside in path.parent.glob("damaged.db*"):
        beside.unlink()
    path.write_bytes(data)
    with suppress(InvalidInputError), FaissStore(path, index=INDEX) as store:
        for query in (None, "a"):
            found = store.search((), query=query, limit=1_000)
            assert {item.key: item.value for item in found}.items() <= values.items()
    with suppress(InvalidInputError):
        assert exported(path).items() <= values.items()


def test_a_damaged_item_does_not_take_the_others_with_it(path: Path) -> None:
    values = filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE items SET value = '{\"text\": \"forged\"}' WHERE key = '7'")
    with FaissStore(path, index=INDEX) as store:
        assert store.get(("a", "b"), "8")
        with pytest.raises(InvalidInputError, match="item 8 is not what was written"):
            store.get(("a", "b"), "7")
    del values["7"]
    assert exported(path) == values


def test_exporting_what_is_no_store_is_an_error(path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no such file"):
        export(path.with_name("missing.db"), path.with_suffix(".jsonl"))
