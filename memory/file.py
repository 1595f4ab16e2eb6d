"""The SQLite file of a store: its format, transactions and what may be wrong with it.

`application_id` in the header says that the file is one of ours, `user_version` which format it has: how
many of `MIGRATIONS` it has seen. A store that opens an older file brings it up to date first, in one
transaction, so a process killed meanwhile leaves the older format whole; a newer file is refused and not
touched. Upkeep (`stats`, `vacuum`, `export`) takes every format up to the newest and leaves it as it is.

To change the format, append a migration: what is released is never edited. Columns that older versions do
not write need a meaning where they are NULL, since one that has the file open goes on writing.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Literal

from agentcompress.errors import InvalidInputError, StoreBusyError

APPLICATION = 0x4143464D
"""Says in the file's header that it is one of ours."""
PATIENCE = 5.0
"""Seconds to wait for another process that writes."""
FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the second for a damaged name that it cannot even quote."""
BESIDE = ("-wal", "-shm", "-journal")
"""Ends of the names of the files that SQLite keeps beside its own."""
_USELESS = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
"""Errors after which nothing need be, or can be, saved."""

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
FORMAT_2 = (
    # When an item was last put or, in stores with a limit, read: seconds since 1970; NULL is longest ago.
    # Not part of the checksum.
    "ALTER TABLE items ADD COLUMN used REAL",
    "CREATE INDEX items_used ON items (used)",
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (FORMAT_1, FORMAT_2)
"""Statements that lead from each format to the next; a file's `user_version` counts those it has seen."""


class StoreFile:
    """One connection, used by one thread at a time.

    Args:
        path: The file, made where it does not exist; None keeps all in memory.
        upkeep: The file must be there, and keeps the format that it has.

    Raises:
        InvalidInputError: The file is something else, damaged, newer, or cannot be opened.
        StoreBusyError: It is new and another process is making it.
    """

    def __init__(self, path: Path | None, *, upkeep: bool = False) -> None:
        self.path = path
        self._process = os.getpid()
        self._lock = RLock()
        self._open = True
        with explained(path):
            self._connection = (
                existing(path, "rw")
                if path and upkeep
                else sqlite3.connect(
                    path or ":memory:", timeout=PATIENCE, isolation_level=None, check_same_thread=False
                )
            )
            try:
                self._prepare(upkeep=upkeep)
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
        with self._lock, explained(self.path):
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

    def shrink(self) -> None:
        """Gives back the room of what was removed; if that is interrupted, the file stays as large as it was.

        Raises:
            InvalidInputError: The file is damaged, or the disk has no room for a second copy of it.
            KeyboardInterrupt: Somebody did not want to wait.
            StoreBusyError: Another process is writing, or reading all the time.
        """
        with self._lock, explained(self.path):
            # Python looks for interrupts when it is called, and SQLite would take its time.
            self._connection.set_progress_handler(lambda: None, 10_000)
            self._connection.execute("VACUUM")
            [busy, *_] = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreBusyError(f"{self.path}: another process is reading: the file shrinks when it is done")

    def _prepare(self, *, upkeep: bool) -> None:
        self._connection.execute("PRAGMA foreign_keys = ON")
        version = format_of(self._connection, self.path)
        if upkeep and not version:
            raise InvalidInputError("is no store: it is empty", path=self.path)
        if version < len(MIGRATIONS) and not upkeep:
            # Nobody may be reading meanwhile; where somebody is, WAL comes with the next opening.
            with suppress(sqlite3.OperationalError):
                self._connection.execute("PRAGMA journal_mode = WAL")
            with self.transaction(writing=True) as connection:
                for number in range(format_of(connection, self.path), len(MIGRATIONS)):
                    for statement in MIGRATIONS[number]:
                        connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        # A put that returned outlives a power failure too.
        self._connection.execute("PRAGMA synchronous = FULL")


def existing(path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
    """A connection to a file that must be there.

    Raises:
        InvalidInputError: It is not.
    """
    if not path.is_file():
        raise InvalidInputError("is a directory, not a file" if path.is_dir() else "no such file", path=path)
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )


def size_of(path: Path) -> int:
    """Bytes of a store's file, with what is written but not yet part of it; 0 where it is not there."""
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def format_of(connection: sqlite3.Connection, path: Path | None) -> int:
    """The format of a store's file, 0 for a new one.

    Raises:
        InvalidInputError: It is a database of something else, or newer than this version of the library.
    """
    version: int
    # The tables first: where another process makes the file meanwhile, what follows can only be newer.
    [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [application] = connection.execute("PRAGMA application_id").fetchone()
    if tables and application != APPLICATION:
        raise InvalidInputError("is a database of something else", path=path)
    if version > len(MIGRATIONS):
        raise InvalidInputError(
            f"has format {version}, this version of agentcompress reads up to {len(MIGRATIONS)}: upgrade it",
            path=path,
        )
    return version


@contextmanager
def explained(path: Path | None) -> Iterator[None]:
    """Makes an error of SQLite's one of ours."""
    try:
        yield
    except FAILURES as error:
        raise explanation(error, path) from error


def explanation(error: Exception, path: Path | None) -> BaseException:
    """What an error of SQLite's means, in one line."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusyError(f"{path}: another process is writing; try again")
    if code == sqlite3.SQLITE_INTERRUPT:
        return KeyboardInterrupt()
    if code in _USELESS:
        return InvalidInputError(f"cannot be used as a store ({error})", path=path)
    return damaged(path, str(error))


def damaged(path: Path | None, problem: str) -> InvalidInputError:
    """The one error for a file of which something may still be saved."""
    return InvalidInputError(
        f"cannot be used as a store ({problem}): agentcompress memory export saves what is readable",
        path=path,
    )
