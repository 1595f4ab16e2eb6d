"""What can still be read of a store's file, as JSON lines."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from agentcompress.errors import InvalidInputError, StoreBusyError
from agentcompress.files import whole_file

from .file import BESIDE, FAILURES, existing, explained, explanation, format_of
from .rows import COLUMNS, Row, row_of
from .saved_index import SAVED

_MOST_DAMAGED = 100_000
"""Rows that may be lost in a row before the rest is given up."""


class StoreReader:
    """Reads all items of a store's file, the oldest first, also of one that is damaged or truncated.

    What was not stored as it stands there now is left out, and so is what has expired.
    The file is not changed.

    Args:
        path: A store's file, preferably one that nobody has open.

    Attributes:
        size: The highest number a row may have.
        consumed: The number of the row read last.
        read: Items given so far.
        expired: Items left out because their time is over.
        damaged: Items left out because they are not what was written.
        unreadable: Numbers of rows that cannot be read or were given up; not each had an item.

    Raises:
        InvalidInputError: There is no such file, it is no store, newer, or has no table that can be read.
        StoreBusyError: Another process holds the file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.consumed = self.read = self.expired = self.damaged = self.unreadable = 0
        with explained(self.path):
            self._connection = existing(self.path, "ro")
            try:
                # Lets SQLite read a file that is shorter than its header says.
                self._connection.execute("PRAGMA writable_schema = ON")
                if not format_of(self._connection, self.path):
                    raise InvalidInputError("is no store: it is empty", path=self.path)
                self.size = self._last()
            except BaseException:
                self.close()
                raise

    @property
    def complete(self) -> bool:
        """Whether nothing was lost of what was read so far."""
        return not self.damaged and not self.unreadable

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Every item: namespace, key, value, created_at, updated_at (ISO 8601), ttl (minutes or null)."""
        now = time.time()
        for *values, expires in self._rows():
            self.consumed = values[0]
            try:
                row = row_of(tuple(values), self.path)
            except InvalidInputError:
                self.damaged += 1
                continue
            if isinstance(expires, float) and expires <= now:
                self.expired += 1
                continue
            self.read += 1
            yield _fields(row)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        """All rows that can be read: stretches that cannot are halved until what is damaged is alone."""
        lost = 0
        stretches = [(1, self.size)]
        while stretches and lost < _MOST_DAMAGED:
            first, last = stretches.pop()
            query = f"SELECT {COLUMNS}, expires FROM items WHERE id BETWEEN ? AND ? ORDER BY id"
            try:
                for values in self._connection.execute(query, (first, last)):
                    first, lost = values[0] + 1, 0
                    yield values
            except FAILURES as error:
                ours = explanation(error, self.path)
                if isinstance(ours, StoreBusyError):
                    raise ours from error
                if first < last:
                    middle = (first + last) // 2
                    stretches += [(middle + 1, last), (first, middle)]
                else:
                    lost += 1
                    self.unreadable += 1
        self.unreadable += sum(last - first + 1 for first, last in stretches)

    def _last(self) -> int:
        for query in ("SELECT seq FROM sqlite_sequence WHERE name = 'items'", "SELECT max(id) FROM items"):
            with suppress(*FAILURES):
                found = self._connection.execute(query).fetchone()
                if found and isinstance(found[0], int):
                    return found[0]
        return 1 << 40


def export(path: str | Path, to: str | Path) -> StoreReader:
    """Writes all items that are readable to a file, one JSON object a line, the oldest first.

    Vectors are not written: they can be made again.

    Args:
        path: A store's file, damaged or not.
        to: The file to write; one that exists is replaced when all was written.

    Returns:
        What has read the file, for what it counted.

    Raises:
        InvalidInputError: There is nothing to read, as for `StoreReader`, or `to` belongs to the store.
        StoreBusyError: Another process holds the file.
    """
    check_target(Path(path), Path(to))
    with StoreReader(path) as reader, whole_file(Path(to)) as lines:
        write_lines(reader, lines)
    return reader


def check_target(path: Path, to: Path) -> None:
    """Refuses to write over a store's file, or over what lies beside it and belongs to it.

    Raises:
        InvalidInputError: `to` is one of these.
    """
    # SQLite goes by the file that a link leads to, the saved index by the link.
    for store in (path.absolute(), path.resolve()):
        own = (Path(f"{store}{end}").resolve() for end in ("", SAVED, *BESIDE))
        if to.resolve() in own:
            raise InvalidInputError(f"belongs to the store {path}: export to another file", path=to)


def write_lines(items: Iterable[dict[str, Any]], to: TextIO) -> None:
    """Writes items as JSON, one a line."""
    for item in items:
        to.write(json.dumps(item) + "\n")


def _fields(row: Row) -> dict[str, Any]:
    return {**row.item().dict(), "ttl": row.ttl}
