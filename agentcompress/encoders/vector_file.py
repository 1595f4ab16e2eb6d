"""Vectors in an SQLite file, found by what they are vectors of."""

import hashlib
import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path

import numpy as np

from agentcompress.errors import InvalidInputError
from agentcompress.values import Vectors

_APPLICATION = 0x41434543
"""Says in the file's header that it is one of ours."""
_FORMAT = 1
_TABLE = "CREATE TABLE vectors (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL)"
_KEYS_AT_ONCE = 500
"""Older builds of SQLite take 999 parameters."""
_PATIENCE = 30.0
"""Seconds to wait for another process that writes."""


class VectorFile:
    """A table of vectors that outlives the process; threads and processes may share it.

    Key is a hash of the encoder's name and the text; no text is stored. Vectors are
    float32, so that one read is the one that was written, to the bit. When the file is
    full, the vectors written first leave first.

    Each call opens and closes the file: there is no connection to share between threads
    or to lose in a fork. A killed process leaves it readable, with the vectors of every
    `put` that had returned. It wants a local disk, as SQLite's write-ahead log does.

    Args:
        path: Made where it does not exist; its folder must.
        max_vectors: How many to keep; at 384 dimensions each takes some 1.7 KB.

    Raises:
        InvalidInputError: The file is something else, is damaged, or cannot be opened or written.
        ValueError: `max_vectors` is below 1.
    """

    def __init__(self, path: str | Path, *, max_vectors: int = 1_000_000) -> None:
        if max_vectors < 1:
            raise ValueError(f"max_vectors must be at least 1, got {max_vectors}")
        self._path = Path(path).absolute()
        self._max_vectors = max_vectors
        with self._opened() as connection:
            self._prepare(connection)

    def get(self, encoder: str, texts: Sequence[str]) -> dict[str, Vectors]:
        """Text → vector, shape (dimensions,), of those that are known.

        Args:
            encoder: Name of the encoder.
            texts: What to look for.

        Raises:
            InvalidInputError: The file is damaged.
        """
        by_key = {_key(encoder, text): text for text in texts}
        found: dict[str, Vectors] = {}
        keys = iter(by_key)
        with self._opened() as connection:
            while some := list(islice(keys, _KEYS_AT_ONCE)):
                marks = ",".join("?" * len(some))
                rows = connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some)
                for key, vector in rows:
                    if not vector or len(vector) % 4:
                        raise self._unusable("a vector in it is damaged")
                    found[by_key[key]] = np.frombuffer(vector, dtype="<f4").astype(np.float32)
        return found

    def put(self, encoder: str, vectors: Mapping[str, Vectors]) -> None:
        """Keeps vectors; while another process holds the file too long, they are not kept.

        Args:
            encoder: Name of the encoder.
            vectors: Text → vector, shape (dimensions,).

        Raises:
            InvalidInputError: The file is damaged.
        """
        rows = [(_key(encoder, text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        with self._opened() as connection:
            try:
                with connection:
                    connection.executemany("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)", rows)
                    connection.execute(
                        "DELETE FROM vectors WHERE id <= (SELECT max(id) FROM vectors) - ?",
                        [self._max_vectors],
                    )
            except sqlite3.OperationalError as error:
                # Busy, full, read-only: nothing is lost but time, and a compression need not fail for it.
                warnings.warn(f"{self._path}: vectors not kept: {error}", RuntimeWarning, stacklevel=2)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Makes the table, or makes sure that it is ours: one process at a time."""
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            [application] = connection.execute("PRAGMA application_id").fetchone()
            [version] = connection.execute("PRAGMA user_version").fetchone()
            [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if not tables:
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_FORMAT}")
            elif application != _APPLICATION:
                raise self._unusable("a database of something else")
            elif version != _FORMAT:
                raise self._unusable(f"of format {version}, this version reads format {_FORMAT}")
        # Nobody may be reading meanwhile; where somebody is, the file works as it is until next time.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE)) as connection:
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
        except sqlite3.OperationalError as error:  # locked, not to be written, no such folder
            raise InvalidInputError(f"cannot be used as a vector cache: {error}", path=self._path) from error
        except sqlite3.Error as error:
            raise self._unusable(str(error)) from error

    def _unusable(self, problem: str) -> InvalidInputError:
        return InvalidInputError(
            f"is no usable vector cache ({problem}): delete it or name another file", path=self._path
        )


def _key(encoder: str, text: str) -> bytes:
    # Lone surrogates must not fall together: they are texts like any other.
    data = f"{encoder}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=16).digest()
