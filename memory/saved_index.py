"""The saved index beside a store's file: it spares building, and is never trusted."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from .index import VectorIndex
from .rows import Rows

SAVED = ".faiss"
"""End of the file's name, behind that of the store."""


class SavedIndex:
    """A file that belongs to the rows only while they hold its hash.

    Whatever happens to either of them (a killed process, a backup put back, a flipped bit),
    the hash no longer fits, and the index is built from the rows.

    Args:
        store: The store's file.
    """

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(f"{store.name}{SAVED}")

    def load(self, index: VectorIndex, rows: Rows) -> None:
        """Fills an empty index, if the file is the one that the rows know."""
        with suppress(OSError, ValueError, TypeError):  # no such file; a fact that is damaged
            if told := self._told(rows):
                index.load(self.path, **told)

    def fits(self, rows: Rows) -> bool:
        """Whether the file is the one that the rows know."""
        with suppress(OSError, ValueError, TypeError):
            return bool(self._told(rows))
        return False

    def save(self, index: VectorIndex, rows: Rows) -> None:
        """Writes the file and tells the rows; a disk that is full or read-only is no reason to fail.

        Args:
            index: What to save.
            rows: In a transaction that writes, so that nobody else saves meanwhile.
        """
        written = self.path.with_name(f"{self.path.name}.new")
        try:
            told = index.save(written)
            fact = json.dumps([told, self._hash(written, told)])
            written.replace(self.path)
            rows.state({"index": fact})
        except (OSError, RuntimeError):  # FAISS raises RuntimeError for what it cannot write
            written.unlink(missing_ok=True)

    def _told(self, rows: Rows) -> dict[str, int] | None:
        """What the index has to be told beside the file, None where the rows know another one."""
        told, known = json.loads(rows.facts().get("index", "[{}, null]"))
        return told if known and self._hash(self.path, told) == known else None

    @staticmethod
    def _hash(path: Path, told: dict[str, int]) -> str:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "blake2b")
        digest.update(json.dumps(told).encode())
        return digest.hexdigest()
