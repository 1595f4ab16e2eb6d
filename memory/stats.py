"""What a store's file holds, in figures."""

import time
from dataclasses import dataclass, fields
from pathlib import Path

from .file import StoreFile, format_of, size_of
from .rows import Rows
from .saved_index import SavedIndex
from .vector_rows import ORPHANED

_TOP = "substr(namespace, 1, instr(namespace, '.') - 1)"
# The JSON of values is ASCII; a key may hold NUL, at which the length of a text ends.
_ROW_BYTES = "length(CAST(namespace || key AS BLOB)) + length(value)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceStats:
    """All whose namespace begins with one label."""

    label: str
    """The label."""
    namespaces: int
    """Namespaces that hold an item."""
    items: int
    """Items, without those that have expired."""
    expired: int
    """Items whose time is over, still in the file."""
    row_bytes: int
    """Names and values, of expired ones too, as `vectors` and `vector_bytes`."""
    vectors: int
    """Vectors that stand for the items."""
    vector_bytes: int
    """What these take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStats:
    """A whole file."""

    format: int
    """Its format."""
    encoder: str
    """Who made its vectors; empty where that is not known."""
    total: NamespaceStats
    """All its namespaces together, under an empty label."""
    top: list[NamespaceStats]
    """By the first label of namespaces, the largest first."""
    orphans: int
    """Vectors whose item is gone."""
    file_bytes: int
    """The file, with what was not yet written into it (`-wal`)."""
    free_bytes: int
    """What of the file is empty: new items use it, `vacuum` gives it back."""
    index_bytes: int
    """The saved index beside it, 0 where there is none."""
    index_fits: bool
    """Whether that belongs to these rows; if not, it is made anew when it is needed."""


def stats(path: str | Path) -> StoreStats:
    """Counts what a store's file holds; nobody who reads or writes it has to wait.

    Args:
        path: The file, which is not changed.

    Raises:
        InvalidInputError: There is no such file, it is no store, damaged or newer.
    """
    path = Path(path)
    file = StoreFile(path, upkeep=True)
    try:
        with file.transaction(writing=False) as connection:
            rows = Rows(connection, now=time.time(), path=path)
            top = _by_label(rows)
            [orphans] = connection.execute(f"SELECT count(*) FROM vectors WHERE {ORPHANED}").fetchone()
            [free] = connection.execute(
                "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
            ).fetchone()
            index = SavedIndex(path)
            return StoreStats(
                format=format_of(connection, path),
                encoder=rows.facts().get("encoder", ""),
                total=_sum(top),
                top=top,
                orphans=orphans,
                file_bytes=size_of(path),
                free_bytes=free,
                index_bytes=size_of(index.path),
                index_fits=index.fits(rows),
            )
    finally:
        file.close()


def _by_label(rows: Rows) -> list[NamespaceStats]:
    """The largest first."""
    alive = "(expires IS NULL OR expires > :now)"
    items = rows.connection.execute(
        f"SELECT {_TOP}, count(DISTINCT CASE WHEN {alive} THEN namespace END), sum({alive}), "
        f"sum(NOT {alive}), sum({_ROW_BYTES}) FROM items GROUP BY 1",
        {"now": rows.now},
    )
    vectors = rows.connection.execute(
        f"SELECT {_TOP}, count(*), sum(length(vector)) FROM vectors JOIN items ON items.id = item GROUP BY 1"
    )
    counted = {label: (count, size) for label, count, size in vectors}
    found = [
        NamespaceStats(
            label=label,
            namespaces=namespaces,
            items=items,
            expired=expired,
            row_bytes=size,
            vectors=counted.get(label, (0, 0))[0],
            vector_bytes=counted.get(label, (0, 0))[1],
        )
        for label, namespaces, items, expired, size in items
    ]
    return sorted(found, key=lambda one: (-one.row_bytes - one.vector_bytes, one.label))


def _sum(parts: list[NamespaceStats]) -> NamespaceStats:
    counts = [field.name for field in fields(NamespaceStats) if field.name != "label"]
    return NamespaceStats(label="", **{name: sum(getattr(part, name) for part in parts) for name in counts})
