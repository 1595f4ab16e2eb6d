"""Remembers token counts by content."""

from collections import OrderedDict
from threading import Lock

_ENTRY_CHARACTERS = 128


class CountMemo:
    """Least-recently-used counts, bounded by the characters of their texts; thread-safe.

    Args:
        characters: The bound. Every entry is charged 128 characters more than its
            text has, for the memory it takes besides.
    """

    def __init__(self, characters: int) -> None:
        self._limit = characters
        self._held = 0
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str) -> int | None:
        """The count of a text, or None where it is not remembered."""
        with self._lock:
            count = self._counts.get(text)
            if count is not None:
                self._counts.move_to_end(text)
            return count

    def put(self, text: str, count: int) -> None:
        """Remembers the count of a text and forgets the oldest ones over the bound."""
        with self._lock:
            if text not in self._counts:
                self._held += len(text) + _ENTRY_CHARACTERS
            self._counts[text] = count
            while self._held > self._limit:
                oldest, _ = self._counts.popitem(last=False)
                self._held -= len(oldest) + _ENTRY_CHARACTERS
