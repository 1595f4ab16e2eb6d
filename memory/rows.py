"""The items of a store as rows of its file, within one transaction."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from langgraph.store.base import Item, SearchItem

from .file import damaged
from .namespaces import Namespace, Scope, to_labels, to_text

COLUMNS = "items.id, namespace, key, value, created, updated, ttl, items.checksum"
_FRESH = 60.0
"""Seconds within which an item that is used again is not written again."""
_ALIVE = "(expires IS NULL OR expires > ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item as it is stored."""

    id: int
    namespace: Namespace
    key: str
    value: dict[str, Any]
    created: float
    """Seconds since 1970, as `updated`."""
    updated: float
    ttl: float | None
    """Minutes."""

    def item(self) -> Item:
        """For those who asked for it by name."""
        return Item(**self._fields())

    def found(self, score: float | None) -> SearchItem:
        """For those who searched."""
        return SearchItem(**self._fields(), score=score)

    def _fields(self) -> dict[str, Any]:
        return {
            "namespace": self.namespace,
            "key": self.key,
            "value": self.value,
            "created_at": datetime.fromtimestamp(self.created, UTC),
            "updated_at": datetime.fromtimestamp(self.updated, UTC),
        }


class Rows:
    """Reads and writes items. One that has expired is not there, whether or not it was swept.

    Args:
        connection: In a transaction.
        now: Seconds since 1970.
        path: The file, for errors.
    """

    def __init__(self, connection: sqlite3.Connection, *, now: float, path: Path | None) -> None:
        self.connection = connection
        self.now = now
        self.path = path

    def get(self, namespace: Namespace, key: str) -> Row | None:
        """The item of that name.

        Raises:
            InvalidInputError: Its row is damaged, as for all that reads.
        """
        wanted = (to_text(namespace), key, self.now)
        for values in self._select(f"namespace = ? AND key = ? AND {_ALIVE}", wanted):
            return row_of(values, self.path)
        return None

    def listing(self, scope: Scope, *, without_vectors: bool = False) -> Iterator[Row]:
        """All within a scope, the newest first.

        Args:
            scope: Where.
            without_vectors: Only those that no vector stands for.
        """
        condition, parameters = scope.sql()
        if without_vectors:
            condition += " AND NOT EXISTS (SELECT 1 FROM vectors WHERE item = items.id)"
        where = f"{condition} AND {_ALIVE} ORDER BY items.id DESC"
        for values in self._select(where, (*parameters, self.now)):
            yield row_of(values, self.path)

    def count(self, scope: Scope, *, at_most: int) -> int:
        """How many are within a scope; counting ends at `at_most`."""
        condition, parameters = scope.sql()
        counted = f"SELECT 1 FROM items WHERE {condition} AND {_ALIVE} LIMIT ?"
        found = self.connection.execute(f"SELECT count(*) FROM ({counted})", (*parameters, self.now, at_most))
        number: int
        [number] = found.fetchone()
        return number

    def namespaces(self) -> list[Namespace]:
        """All that hold an item."""
        found = self.connection.execute(f"SELECT DISTINCT namespace FROM items WHERE {_ALIVE}", (self.now,))
        return [to_labels(text) for (text,) in found]

    def put(self, namespace: Namespace, key: str, text: str, ttl: float | None) -> int:
        """Writes an item in place of the one of that name, if there is one; returns its new id.

        Args:
            namespace: Where.
            key: Under which name.
            text: Its value as JSON.
            ttl: Minutes until it expires.
        """
        name = to_text(namespace)
        old = self.get(namespace, key)
        self.delete(namespace, key)
        created = old.created if old else self.now
        expires = None if ttl is None else self.now + ttl * 60
        ttl = None if ttl is None else float(ttl)  # as it will be read
        told = checksum(name, key, text, created, self.now, ttl)
        values = (name, key, text, created, self.now, ttl, expires, told, self.now)
        into = "INSERT INTO items (namespace, key, value, created, updated, ttl, expires, checksum, used)"
        new = self.connection.execute(f"{into} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values).lastrowid
        return new or 0

    def delete(self, namespace: Namespace, key: str) -> None:
        """Removes an item and its vectors, if it is there."""
        self.connection.execute(
            "DELETE FROM items WHERE namespace = ? AND key = ?", (to_text(namespace), key)
        )

    def stale(self, ids: Iterable[int]) -> set[int]:
        """Those of some items that were used long enough ago for another use to be written down."""
        found = self.connection.execute(
            "SELECT id FROM items WHERE id IN (SELECT value FROM json_each(?)) "
            "AND (used IS NULL OR used <= ?)",
            (json.dumps(list(ids)), self.now - _FRESH),
        )
        return {number for (number,) in found}

    def refresh(self, ids: Iterable[int]) -> None:
        """Writes down that items were used: they expire as long after now as they were put for."""
        self.connection.executemany(
            "UPDATE items SET used = ?, expires = ? + ttl * 60 WHERE id = ?",
            [(self.now, self.now, each) for each in ids],
        )

    def sweep(self) -> int:
        """Removes what has expired; returns how many."""
        return self.connection.execute("DELETE FROM items WHERE expires <= ?", (self.now,)).rowcount

    def newest(self) -> int:
        """The highest id, 0 where there is no item."""
        [number] = self.connection.execute("SELECT max(id) FROM items").fetchone()
        return number or 0

    def evict(self, *, above: int, up_to: int) -> None:
        """Removes what was used longest ago until the file needs no more than so many bytes.

        Args:
            above: Bytes of the pages in use, vectors and tables included.
            up_to: The highest id that may go.
        """
        some = 1
        oldest = "SELECT id FROM items WHERE id <= ? ORDER BY used, id LIMIT ?"
        # What a row gives back is not known, as pages are shared; a few more each time find it out.
        while self._bytes() > above:
            gone = self.connection.execute(f"DELETE FROM items WHERE id IN ({oldest})", (up_to, some))
            if not gone.rowcount:
                return
            some += 1 + some // 4

    def facts(self) -> dict[str, str]:
        """What holds for the whole file."""
        return dict(self.connection.execute("SELECT name, fact FROM facts"))

    def state(self, facts: Mapping[str, str]) -> None:
        """Writes down facts."""
        self.connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items()))

    def _bytes(self) -> int:
        [number] = self.connection.execute(
            "SELECT (page_count - freelist_count) * page_size "
            "FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        ).fetchone()
        found: int = number
        return found

    def _select(self, where: str, parameters: tuple[Any, ...]) -> sqlite3.Cursor:
        return self.connection.execute(f"SELECT {COLUMNS} FROM items WHERE {where}", parameters)


def row_of(values: tuple[Any, ...], path: Path | None) -> Row:
    """A row from the values of `COLUMNS`.

    Raises:
        InvalidInputError: They are not what was written.
    """
    number, name, key, text, created, updated, ttl, told = values
    if checksum(name, key, text, created, updated, ttl) != told:
        raise damaged(path, f"item {number} is not what was written")
    return Row(
        id=number,
        namespace=to_labels(name),
        key=key,
        value=json.loads(text),
        created=created,
        updated=updated,
        ttl=ttl,
    )


def checksum(*values: str | float | None) -> int:
    """CRC-32 of what stands in a row, whatever damage has made of it."""
    return crc32("\0".join(map(str, values)).encode(errors="replace"))
