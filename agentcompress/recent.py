"""What was used last is remembered."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by key, the least recently used forgotten first; safe for threads.

    Args:
        most: What all that is remembered may weigh; the newest stays, whatever it weighs.
        weight: Of a key and its value, always the same; None counts them.
    """

    def __init__(self, most: int, weight: Callable[[Key, Value], int] | None = None) -> None:
        self._most = most
        self._weight = weight or (lambda key, value: 1)
        self._held = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: Key) -> bool:
        with self._lock:
            return key in self._values

    def get(self, key: Key) -> Value | None:
        """The value of a key; None where it is not remembered."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: Key, value: Value) -> Value | None:
        """Remembers a value; returns the one it takes the place of."""
        with self._lock:
            before = None
            if key in self._values:
                before = self._values.pop(key)
                self._held -= self._weight(key, before)
            self._add(key, value)
            return before

    def setdefault(self, key: Key, value: Value) -> Value:
        """The value that is remembered, which this one becomes where there is none."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            else:
                self._add(key, value)
            return self._values[key]

    def get_or_make(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not remembered; two threads may both make it, one stays."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        return self.setdefault(key, make())

    def _add(self, key: Key, value: Value) -> None:
        self._values[key] = value
        self._held += self._weight(key, value)
        while self._held > self._most and len(self._values) > 1:
            self._held -= self._weight(*self._values.popitem(last=False))
