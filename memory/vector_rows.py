"""The vectors of a store as rows of its file, within one transaction."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Vectors

from .file import damaged
from .namespaces import Namespace, Scope, to_text
from .rows import COLUMNS, Row, Rows, row_of

Ids = NDArray[np.int64]
ORPHANED = "NOT EXISTS (SELECT 1 FROM items WHERE items.id = item)"
"""Vectors whose item is gone: only a tool that minds no foreign keys leaves any."""
_AT_ONCE = 8_192
"""Rows read together; at 384 dimensions some 12 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """Reads and writes vectors beside the items that they stand for."""

    rows: Rows
    dims: int

    def put(self, item: int, vectors: Vectors) -> None:
        """Vectors for an item that has none, shape (vectors, dims)."""
        blobs = [vector.astype("<f4").tobytes() for vector in vectors]
        self.rows.connection.executemany(
            "INSERT INTO vectors (item, checksum, vector) VALUES (?, ?, ?)",
            [(item, crc32(blob), blob) for blob in blobs],
        )

    def after(self, last: int) -> Iterator[tuple[Ids, Vectors]]:
        """Ids above `last`, ascending, and their vectors, shape (ids, dims), some at a time.

        Raises:
            InvalidInputError: A row is damaged, as for all that reads.
        """
        found = self.rows.connection.execute(
            "SELECT id, checksum, vector FROM vectors WHERE id > ? ORDER BY id", (last,)
        )
        while some := found.fetchmany(_AT_ONCE):
            yield np.array([values[0] for values in some], dtype=np.int64), self._matrix(some)

    def ids(self, scope: Scope) -> Ids:
        """The vectors within a scope."""
        condition, parameters = scope.sql()
        found = self.rows.connection.execute(
            "SELECT vectors.id FROM items JOIN vectors ON item = items.id "
            f"WHERE {condition} AND (expires IS NULL OR expires > ?)",
            (*parameters, self.rows.now),
        )
        return np.array([number for (number,) in found], dtype=np.int64)

    def items(self, ids: list[int], prefix: Namespace) -> dict[int, Row | None]:
        """Vector id → its item, or None where that has expired or stands elsewhere; no entry for one gone."""
        found = self.rows.connection.execute(
            f"SELECT vectors.id, expires, {COLUMNS} FROM vectors JOIN items ON items.id = item "
            "WHERE vectors.id IN (SELECT value FROM json_each(?))",
            (json.dumps(ids),),
        )
        start = to_text(prefix)
        items: dict[int, Row | None] = {}
        for number, expires, *values in found:
            hidden = expires is not None and expires <= self.rows.now
            items[number] = (
                None if hidden or not values[1].startswith(start) else row_of(tuple(values), self.rows.path)
            )
        return items

    def _matrix(self, rows: Sequence[tuple[Any, ...]]) -> Vectors:
        for number, told, blob in rows:
            if len(blob) != 4 * self.dims or crc32(blob) != told:
                raise damaged(self.rows.path, f"vector {number} is not what was written")
        joined = b"".join(blob for _, _, blob in rows)
        return np.frombuffer(joined, dtype="<f4").astype(np.float32).reshape(len(rows), self.dims)
