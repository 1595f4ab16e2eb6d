"""The file of vectors: what was put comes back, whoever else writes, whoever is killed."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.encoders import CachedEncoder, VectorFile, vector_file
from agentcompress.errors import InvalidInputError

from .encoders import STATIC, RecordingEncoder

WRITER = """
import sys, numpy as np
from agentcompress.encoders import VectorFile
file, own = VectorFile(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    file.put("e", {f"{own}-{number}-{row}": np.full(64, number, dtype=np.float32) for row in range(20)})
    print(number, flush=True)
"""


def writer(path: Path, own: str, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), own, str(batches)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors.db"


@given(
    st.dictionaries(st.text(st.characters(), max_size=8), st.integers(-9, 9), max_size=12),
    st.text(min_size=1),
)
@settings(max_examples=25)
def test_what_was_put_comes_back_to_the_bit(texts: dict[str, int], other: str) -> None:
    vectors = {text: np.full(3, number / 7, dtype=np.float32) for text, number in texts.items()}
    with TemporaryDirectory() as folder:
        file = VectorFile(Path(folder) / "vectors.db")
        file.put("e", vectors)
        found = file.get("e", [*texts, "a text never put"])
        assert not file.get(f"e{other}", list(texts))
    assert found.keys() == vectors.keys()
    for text, vector in found.items():
        np.testing.assert_array_equal(vector, vectors[text])


def test_a_later_process_encodes_nothing_again(path: Path) -> None:
    texts = ["a b", "c \ud800", "c \udfff", ""]
    first, second = RecordingEncoder(), RecordingEncoder()
    before = CachedEncoder(first, file=VectorFile(path)).encode(texts)
    after = CachedEncoder(second, file=VectorFile(path)).encode([*texts, "new"])
    np.testing.assert_array_equal(before, after[:-1])
    assert (first.seen, second.seen) == (texts, ["new"])


def test_encoders_share_a_file_and_no_vectors(path: Path) -> None:
    one, other = RecordingEncoder(), RecordingEncoder()
    other.name = "another"
    for encoder in (one, other):
        CachedEncoder(encoder, file=VectorFile(path)).encode(["a b"])
    assert other.seen == ["a b"]


def test_what_was_written_first_leaves_first(path: Path) -> None:
    file = VectorFile(path, max_vectors=3)
    for text in "abcde":
        file.put("e", {text: np.zeros(2, dtype=np.float32)})
    assert file.get("e", list("abcde")).keys() == {"c", "d", "e"}


def test_threads_share_one_file(path: Path) -> None:
    cached = CachedEncoder(STATIC, file=VectorFile(path), max_texts=10)
    batches = [[f"line {(number * step) % 90}" for step in range(20)] for number in range(16)]
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(cached.encode, batches))
    for batch, vectors in zip(batches, results, strict=True):
        np.testing.assert_array_equal(vectors, STATIC.encode(batch))


def test_processes_share_one_file(path: Path) -> None:
    running = [writer(path, own, 12) for own in "ab"]
    for process in running:
        process.communicate(timeout=60)
        assert process.returncode == 0
    texts = [f"{own}-{number}-{row}" for own in "ab" for number in range(12) for row in range(20)]
    assert len(VectorFile(path).get("e", texts)) == len(texts)


@pytest.mark.parametrize("after", [1, 4])
def test_a_killed_writer_leaves_every_finished_put(path: Path, after: int) -> None:
    process = writer(path, "a", 10_000)
    assert process.stdout
    said = [process.stdout.readline() for _ in range(after + 1)]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    finished = int(said[-1]) + 1
    file = VectorFile(path)
    assert (
        len(file.get("e", [f"a-{number}-{row}" for number in range(finished) for row in range(20)]))
        == 20 * finished
    )
    file.put("e", {"later": np.ones(64, dtype=np.float32)})
    assert "later" in file.get("e", ["later"])


def text_file(path: Path) -> None:
    path.write_text("some notes, and no database at all\n" * 99)


def other_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE vectors (id, key, vector)")
    connection.close()


def later_format(path: Path) -> None:
    VectorFile(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()


def damaged(path: Path) -> None:
    VectorFile(path).put("e", {str(row): np.ones(300, dtype=np.float32) for row in range(50)})
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)


@pytest.mark.parametrize("make", [text_file, other_database, later_format, damaged])
def test_a_file_that_is_no_cache_is_named_and_left_alone(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(InvalidInputError, match=rf"{path}: is no usable vector cache"):
        VectorFile(path).get("e", [str(row) for row in range(50)])
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["none/vectors.db", "."])
def test_what_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"^{tmp_path}.*: cannot be used .*: unable to open"):
        VectorFile(tmp_path / name)


def test_while_another_writes_for_too_long_vectors_are_read_but_not_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_file, "_PATIENCE", 0.05)
    cached = CachedEncoder(STATIC, file=VectorFile(path))
    cached.encode(["known"])
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.warns(RuntimeWarning, match="vectors not kept: database is locked"):
            cached.encode(["known", "new"])
    assert VectorFile(path).get(STATIC.name, ["known", "new"]).keys() == {"known"}


def test_it_keeps_at_least_one_vector(path: Path) -> None:
    with pytest.raises(ValueError, match="max_vectors must be at least 1, got 0"):
        VectorFile(path, max_vectors=0)
