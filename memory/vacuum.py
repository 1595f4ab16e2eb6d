"""Makes a store's file as small as what it holds."""

import time
from dataclasses import dataclass
from pathlib import Path

from .file import StoreFile, size_of
from .rows import Rows
from .saved_index import SavedIndex
from .vector_rows import ORPHANED


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuumed:
    """What that brought."""

    expired: int
    """Items removed because their time was over."""
    orphans: int
    """Vectors removed because their item was gone."""
    bytes_before: int
    """The file and the saved index beside it."""
    bytes_after: int
    """The same afterwards."""


def vacuum(path: str | Path) -> Vacuumed:
    """Removes what nobody can find any more, and shrinks the file; others may have the store open.

    A saved index that does not belong to the rows is removed, too. Killed or interrupted,
    the file holds the same items, and is no larger than before when it is opened next.

    Args:
        path: The file. The disk needs room for a second copy of it.

    Raises:
        InvalidInputError: There is no such file, it is no store, damaged or newer.
        StoreBusyError: Another process is writing, or reading all the time.
    """
    path = Path(path)
    file, index = StoreFile(path, upkeep=True), SavedIndex(path)
    try:
        before = size_of(path) + size_of(index.path)
        with file.transaction(writing=True) as connection:
            rows = Rows(connection, now=time.time(), path=path)
            expired = rows.sweep()
            orphans = connection.execute(f"DELETE FROM vectors WHERE {ORPHANED}").rowcount
            if not index.fits(rows):
                index.path.unlink(missing_ok=True)
        file.shrink()
        return Vacuumed(
            expired=expired,
            orphans=orphans,
            bytes_before=before,
            bytes_after=size_of(path) + size_of(index.path),
        )
    finally:
        file.close()
