"""What can still be read of a store's file, as JSON lines."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from agentcompress.errors import InvalidInputError

from .rows import COLUMNS, Row, row_of

_MOST_DAMAGED = 100_000
"""Rows that may be lost in a row before the rest is given up."""


def export(path: str | Path, to: str | Path) -> int:
    """Writes all items that are readable to a file, one JSON object a line, the oldest first.

    It reads damaged and truncated files too, and leaves out what was not stored as it
    stands there now. Vectors are not written: they can be made again. The file is not changed.

    Args:
        path: A store's file, preferably one that nobody has open.
        to: The file to write; one that exists is replaced.

    Returns:
        How many items were written.

    Raises:
        InvalidInputError: Not even the tables can be found in the file.
        ValueError: Both are one file.
    """
    source = Path(path).absolute()
    if source.resolve() == Path(to).resolve():
        raise ValueError(f"{source} cannot be exported into itself")
    count = 0
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as connection,
            Path(to).open("w", encoding="utf-8") as lines,
        ):
            # Lets SQLite read a file that is shorter than its header says.
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("SELECT id FROM items LIMIT 0")
            for row in _rows(connection, source):
                lines.write(json.dumps(_fields(row)) + "\n")
                count += 1
    except sqlite3.Error as error:
        raise InvalidInputError(f"nothing in it is readable ({error})", path=source) from error
    return count


def _rows(connection: sqlite3.Connection, path: Path) -> Iterator[Row]:
    """All rows that can be read: stretches that cannot are halved until what is damaged is alone."""
    lost = 0
    stretches = [(1, _last(connection))]
    while stretches and lost < _MOST_DAMAGED:
        first, last = stretches.pop()
        query = f"SELECT {COLUMNS} FROM items WHERE id BETWEEN ? AND ? ORDER BY id"
        found: list[tuple[Any, ...]] = []
        try:
            for values in connection.execute(query, (first, last)):
                found.append(values)
        except sqlite3.Error:
            if first == last:
                lost += 1
            else:
                start = found[-1][0] + 1 if found else first
                middle = (start + last) // 2
                stretches += [(middle + 1, last), (start, middle)] if start < last else [(start, last)]
        for values in found:
            lost = 0
            with suppress(InvalidInputError):
                yield row_of(values, path)


def _last(connection: sqlite3.Connection) -> int:
    """The highest id there may be."""
    for query in ("SELECT seq FROM sqlite_sequence WHERE name = 'items'", "SELECT max(id) FROM items"):
        with suppress(sqlite3.Error):
            found = connection.execute(query).fetchone()
            if found and isinstance(found[0], int):
                return found[0]
    return 1 << 40


def _fields(row: Row) -> dict[str, Any]:
    item = row.item().dict()
    return {**item, "ttl": row.ttl}
