"""The SQLite file of a store: its format, transactions and what may be wrong with it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock

from agentcompress.errors import InvalidInputError, StoreBusyError

APPLICATION = 0x4143464D
"""Says in the file's header that it is one of ours."""
PATIENCE = 5.0
"""Seconds to wait for another process that writes."""

FORMAT_1 = (
    # What holds for the whole file: `dims`, `encoder`, `index` (the saved index that belongs to it).
    "CREATE TABLE facts (name TEXT PRIMARY KEY, fact TEXT NOT NULL) WITHOUT ROWID",
    # One row an item; a put makes a new one, so that ids are in the order of writing. `namespace`: each
    # label with a period behind it; `value`: JSON; times: seconds since 1970; `ttl`: minutes;
    # `checksum`: CRC-32 of all but id and `expires`, as text with NUL between.
    """CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, namespace TEXT NOT NULL, key TEXT NOT NULL,
        value TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL, ttl REAL, expires REAL,
        checksum INTEGER NOT NULL, UNIQUE (namespace, key))""",
    "CREATE INDEX items_namespace ON items (namespace, expires)",
    "CREATE INDEX items_expires ON items (expires) WHERE expires IS NOT NULL",
    # Unit vectors (or zero), little-endian float32; a row never changes and its id is never used again.
    """CREATE TABLE vectors (id INTEGER PRIMARY KEY AUTOINCREMENT,
        item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE, checksum INTEGER NOT NULL,
        vector BLOB NOT NULL)""",
    "CREATE INDEX vectors_item ON vectors (item)",
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (FORMAT_1,)
"""Statements that lead from each format to the next; a file's `user_version` counts those it has seen."""


class StoreFile:
    """One connection, used by one thread at a time.

    Args:
        path: The file, made where it does not exist; None keeps all in memory.

    Raises:
        InvalidInputError: The file is something else, damaged, newer, or cannot be opened.
        StoreBusyError: It is new and another process is making it.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._process = os.getpid()
        self._lock = RLock()
        self._open = True
        with self._explained():
            self._connection = sqlite3.connect(
                path or ":memory:", timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def transaction(self, *, writing: bool) -> Iterator[sqlite3.Connection]:
        """All or nothing: what is read is one state of the file, what was written is on disk at the end.

        Raises:
            InvalidInputError: The file is damaged.
            StoreBusyError: `writing`, and another process does.
            ValueError: The store is closed, or was opened before this process was forked.
        """
        if self._process != os.getpid():
            raise ValueError("the store was opened in another process: open it anew after a fork")
        with self._lock, self._explained():
            if not self._open:
                raise ValueError("the store is closed")
            self._connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # the first error is the one to tell
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Waits for the transaction that runs; a second time does nothing."""
        if self._process == os.getpid():  # a connection must not be used across a fork, not even to close it
            with self._lock:
                self._open = False
                self._connection.close()

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA foreign_keys = ON")
        version = self._version()
        if version < len(MIGRATIONS):
            # Nobody may be reading meanwhile; where somebody is, WAL comes with the next opening.
            with suppress(sqlite3.OperationalError):
                self._connection.execute("PRAGMA journal_mode = WAL")
            with self.transaction(writing=True) as connection:
                for number in range(self._version(), len(MIGRATIONS)):
                    for statement in MIGRATIONS[number]:
                        connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        # A put that returned outlives a power failure too.
        self._connection.execute("PRAGMA synchronous = FULL")

    def _version(self) -> int:
        """The format of the file, 0 for a new one."""
        version: int
        [version] = self._connection.execute("PRAGMA user_version").fetchone()
        [application] = self._connection.execute("PRAGMA application_id").fetchone()
        [tables] = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != APPLICATION:
            raise InvalidInputError("is a database of something else", path=self.path)
        if version > len(MIGRATIONS):
            raise InvalidInputError(
                f"has format {version}, this version reads up to {len(MIGRATIONS)}", path=self.path
            )
        return version

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreBusyError(f"{self.path}: another process is writing; try again") from error
            raise damaged(self.path, str(error)) from error


def damaged(path: Path | None, problem: str) -> InvalidInputError:
    """The one error for a file that cannot be used."""
    return InvalidInputError(
        f"cannot be used as a store ({problem}): agentcompress.memory.export saves what is readable",
        path=path,
    )
