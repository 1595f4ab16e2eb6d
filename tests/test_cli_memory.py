"""`agentcompress memory` on the files of stores, sound and not."""

import json
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from langgraph.store.base import PutOp

from agentcompress.errors import InvalidInputError
from agentcompress.evaluation.progress import ReadingProgress
from agentcompress.memory import FaissStore, export, file, index, vacuum

from .commands import Command, fails
from .stores import INDEX, rank_texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a store with 300 items that have a vector, 20 that have none and 5 that have expired."""
    path = tmp_path / "agent.db"
    with FaissStore(path, index=INDEX) as store:
        store.batch([PutOp(("a", "b"), str(n), {"text": text}) for n, text in enumerate(rank_texts(300))])
        store.batch([PutOp(("[é]", str(n)), "key\0", {"n": n}, index=False) for n in range(20)])
        store.batch([PutOp(("short",), str(n), {}, ttl=1e-9) for n in range(5)])
    return path


def values(path: Path) -> dict[tuple[Any, ...], Any]:
    with FaissStore(path, index=False) as store:
        return {(*item.namespace, item.key): item.value for item in store.search((), limit=1_000)}


def written(path: Path) -> dict[tuple[Any, ...], Any]:
    items = [json.loads(line) for line in path.read_text().splitlines()]
    return {(*item["namespace"], item["key"]): item["value"] for item in items}


def test_stats_count_what_was_put(command: Command, path: Path) -> None:
    figures = json.loads(command("memory", "stats", path, "--json").out)
    counts = {part["label"]: (part["namespaces"], part["items"], part["vectors"]) for part in figures["top"]}
    assert counts == {"a": (1, 300, 300), "[é]": (20, 20, 0), "short": (0, 0, 0)}
    total = figures["total"]
    assert (total["namespaces"], total["items"], total["expired"], total["vectors"]) == (21, 320, 5, 300)
    assert total["vector_bytes"] == 300 * 8 * 4
    keys = [part for part in figures["top"] if part["label"] == "[é]"]
    names = [f"[é].{n}.key\0" + json.dumps({"n": n}) for n in range(20)]
    assert keys[0]["row_bytes"] == sum(len(name.encode()) for name in names)
    assert figures["file_bytes"] == file.size_of(path) > total["row_bytes"] + total["vector_bytes"]
    assert figures["orphans"] == figures["index_bytes"] == 0

    shown = command("memory", "stats", path)
    assert (shown.code, shown.err) == (0, "")
    assert all(text in shown.out for text in ("320", "[é]", "9,600", "not known"))
    assert max(map(len, shown.out.splitlines())) <= 80
    assert re.search(r"what +┃ +value", shown.out)


def test_stats_tell_whether_the_saved_index_fits(
    command: Command, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FLAT_UP_TO", 60)
    with FaissStore(path, index=INDEX) as store:
        store.search((), query="a")
    saved = path.with_name("agent.db.faiss")
    figures = json.loads(command("memory", "stats", path, "--json").out)
    assert (figures["index_bytes"], figures["index_fits"]) == (saved.stat().st_size, True)
    command("memory", "vacuum", path)
    assert saved.exists()
    saved.write_bytes(saved.read_bytes()[:-1])
    assert "does not fit the rows" in command("memory", "stats", path).out
    command("memory", "vacuum", path)
    assert not saved.exists()


def test_labels_beyond_the_largest_are_counted(command: Command, tmp_path: Path) -> None:
    with FaissStore(tmp_path / "many.db", index=False) as store:
        store.batch([PutOp((f"user{number}",), "k", {}) for number in range(23)])
    assert "and 3 more: --json has all" in command("memory", "stats", tmp_path / "many.db").out


def test_vacuum_removes_what_nobody_finds_and_shrinks(command: Command, path: Path) -> None:
    with FaissStore(path, index=INDEX) as store:
        store.batch([PutOp(("a", "b"), str(number), None) for number in range(200)])
        store.put(("short",), "k", {}, ttl=1e-9)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("PRAGMA foreign_keys = OFF")
        other.execute("DELETE FROM items WHERE key = '250'")
    before, kept = file.size_of(path), values(path)
    done = command("memory", "vacuum", path, "--json")
    figures = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert (figures["expired"], figures["orphans"]) == (1, 1)
    assert figures["bytes_before"] == before > figures["bytes_after"] == file.size_of(path)
    assert values(path) == kept
    with FaissStore(path, index=INDEX) as store:
        assert len(store.search((), query="a", limit=1_000)) == 119
    again = command("memory", "vacuum", path)
    assert again.out.startswith("0 expired items and 0 orphaned vectors removed\n0 bytes saved")


def test_a_store_stays_open_while_its_file_shrinks(command: Command, path: Path) -> None:
    with FaissStore(path, index=INDEX) as store:
        first = store.search(("a",), query="a", limit=5)
        assert command("memory", "vacuum", path).code == 0
        assert store.search(("a",), query="a", limit=5) == first
        store.put(("a", "b"), "new", {"text": "h"})
        assert store.search((), query="h", limit=1)[0].key == "new"


def test_an_interrupted_vacuum_changes_no_item(tmp_path: Path) -> None:
    def fresh(name: str) -> Path:
        path = tmp_path / name
        with FaissStore(path, index=False) as store:
            store.batch([PutOp(("a",), str(n), {"text": "x" * 5_000}) for n in range(4_000)])
        return path

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    path = fresh("first.db")
    began = time.perf_counter()
    vacuum(path)
    took = time.perf_counter() - began
    before = signal.signal(signal.SIGALRM, stop)
    try:
        for part in (2, 4, 8, 16):
            path = fresh(f"{part}.db")
            signal.setitimer(signal.ITIMER_REAL, took / part)
            try:
                vacuum(path)
            except KeyboardInterrupt:
                break
        else:
            pytest.fail("no vacuum was interrupted")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with FaissStore(path, index=False) as store:
        assert len(store.search((), limit=5_000)) == 4_000


def test_export_writes_what_can_be_put_again(command: Command, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "items.jsonl"
    with FaissStore(path, index=INDEX) as store:
        store.put(("long",), "k", {"text": "a"}, ttl=60)
    done = command("memory", "export", path, "-o", out)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"321 items written to {out}, 0 expired ones left out\n"
    with FaissStore(tmp_path / "again.db", index=INDEX) as store:
        for line in out.read_text().splitlines():
            item = json.loads(line)
            store.put(tuple(item["namespace"]), item["key"], item["value"], ttl=item["ttl"])
    assert values(tmp_path / "again.db") == values(path)
    assert json.loads(out.read_text().splitlines()[-1])["ttl"] == 60


@pytest.mark.parametrize("more", [[], ["-o", "-"]])
def test_an_export_can_be_piped(command: Command, path: Path, tmp_path: Path, more: list[str]) -> None:
    out = tmp_path / "items.jsonl"
    command("memory", "export", path, "-o", out)
    piped = command("memory", "export", path, *more)
    assert piped.out == out.read_text()
    assert (piped.code, piped.err) == (0, "320 items written, 5 expired ones left out\n")
    told = command("memory", "export", path, *more, "--json")
    assert (told.out, json.loads(told.err)["read"]) == (piped.out, 320)


def test_export_leaves_out_what_has_expired(command: Command, tmp_path: Path) -> None:
    path, out = tmp_path / "short.db", tmp_path / "items.jsonl"
    with FaissStore(path, index=False) as store:
        store.batch([PutOp(("a",), str(number), {}, ttl=1e-9) for number in range(3)])
    figures = json.loads(command("memory", "export", path, "-o", out, "--json").out)
    assert figures == {"read": 0, "expired": 3, "damaged": 0, "unreadable": 0, "complete": True}
    assert out.read_text() == ""


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def forged(data: bytes) -> bytes:
    return data.replace(b'{"n": 7}', b'{"n": 8}')


@pytest.mark.parametrize(("spoil", "least"), [(cut, 1), (forged, 319)])
def test_export_saves_what_is_readable_and_says_that_it_is_not_all(
    command: Command, path: Path, tmp_path: Path, spoil: Callable[[bytes], bytes], least: int
) -> None:
    there, out = values(path), tmp_path / "items.jsonl"
    path.write_bytes(spoil(path.read_bytes()))
    done = command("memory", "export", path, "-o", out)
    assert done.code == 1
    assert done.err.startswith(f"warning: {path}: not all could be saved: ")
    assert done.err.count("\n") == 1
    found = re.search(r"(\d+) damaged items, at most ([\d,]+) items that cannot be read$", done.err.strip())
    assert found
    damaged, unreadable = (int(count.replace(",", "")) for count in found.groups())
    assert len(there) - len(written(out)) <= damaged + unreadable
    assert written(out).items() < there.items()
    assert least <= len(written(out))


def test_what_is_given_up_counts_as_unreadable(
    command: Command, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, out = values(path), tmp_path / "items.jsonl"
    path.write_bytes(cut(path.read_bytes()))
    monkeypatch.setattr(import_module("agentcompress.memory.export"), "_MOST_DAMAGED", 3)
    figures = json.loads(command("memory", "export", path, "-o", out, "--json").out)
    assert len(there) - len(written(out)) <= figures["damaged"] + figures["unreadable"]


def test_an_interrupted_export_leaves_the_older_one(
    command: Command, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "items.jsonl"
    out.write_text("good\n")
    items = ReadingProgress.items

    def broken_off(progress: ReadingProgress[Any]) -> Iterator[Any]:
        for number, item in enumerate(items(progress)):
            if number == 100:
                raise KeyboardInterrupt
            yield item

    monkeypatch.setattr(ReadingProgress, "items", broken_off)
    done = command("memory", "export", path, "-o", out)
    assert (done.code, done.out) == (130, "")
    assert done.err == f"interrupted after 101 items; {out} is as it was\n"
    assert out.read_text() == "good\n"
    assert {each.name for each in tmp_path.iterdir()} <= {
        "agent.db",
        "agent.db-wal",
        "agent.db-shm",
        out.name,
    }


@pytest.mark.parametrize("name", ["stats", "vacuum", "export"])
def test_errors_name_a_path_as_it_was_given(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text").write_text("not a database" * 100)
    for path in ("text", "missing.db"):
        done = command("memory", name, path)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"error: {path}: ")


@pytest.mark.parametrize("name", ["stats", "vacuum", "export"])
def test_what_is_no_store_is_one_line(command: Command, tmp_path: Path, name: str) -> None:
    out = tmp_path / "items.jsonl"
    out.write_text("good\n")

    def run(path: Path, problem: str) -> None:
        more = ["-o", out] if name == "export" else []
        fails(command("memory", name, path, *more), f"{path}: {problem}")
        assert out.read_text() == "good\n"

    run(tmp_path / "missing.db", "no such file")
    assert not (tmp_path / "missing.db").exists()
    run(tmp_path, "is a directory, not a file")
    empty, text, foreign, newer = (tmp_path / each for each in ("empty", "text", "foreign", "newer"))
    empty.touch()
    run(empty, "is no store: it is empty")
    assert empty.read_bytes() == b""
    text.write_text("not a database" * 100)
    run(text, "cannot be used as a store (file is not a database)")
    with closing(sqlite3.connect(foreign)) as other:
        other.execute("CREATE TABLE items (id)")
    run(foreign, "is a database of something else")
    FaissStore(newer, index=False).close()
    with closing(sqlite3.connect(newer)) as other:
        other.execute("PRAGMA user_version = 99")
    run(newer, "has format 99, this version of agentcompress reads up to")


def test_a_folder_that_is_missing_is_named(command: Command, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "missing" / "items.jsonl"
    fails(command("memory", "export", path, "-o", out), f"{out}: No such file or directory")


def test_a_writer_is_waited_for_and_then_named(
    command: Command, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "PATIENCE", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        fails(command("memory", "vacuum", path), f"{path}: another process is writing")
        assert command("memory", "stats", path).code == 0
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM items").fetchone()
        fails(command("memory", "vacuum", path), f"{path}: another process is reading")
    assert command("memory", "vacuum", path).code == 0


def test_an_export_does_not_take_a_locked_file_for_a_damaged_one(
    command: Command, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "PATIENCE", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        fails(command("memory", "export", path, "-o", tmp_path / "o.jsonl"), "another process is writing")
    assert not (tmp_path / "o.jsonl").exists()


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal", ".faiss"])
@pytest.mark.parametrize("through_link", [False, True])
def test_a_store_is_never_exported_over_itself(
    command: Command, path: Path, tmp_path: Path, end: str, through_link: bool
) -> None:
    (tmp_path / "link.db").symlink_to(path)
    source = tmp_path / "link.db" if through_link else path
    files = {each: each.read_bytes() for each in tmp_path.iterdir()}
    for store in {path, source}:
        out = Path(f"{store}{end}")
        fails(command("memory", "export", source, "-o", out), f"{out}: belongs to the store {source}")
        with pytest.raises(InvalidInputError, match="belongs to the store"):
            export(source, out)
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == files
