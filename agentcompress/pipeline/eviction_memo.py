"""Global plans made before: what is asked for twice, or tried again, gets its own without the work."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from .eviction import Eviction

_REMEMBERED = 32


class EvictionMemo:
    """Remembers the newest evictions; thread-safe."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, Eviction] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Eviction]) -> Eviction:
        """The eviction of a request.

        Args:
            key: All that it depends on.
            make: Makes it, where it is not remembered.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = make()
        with self._lock:
            self._made[key] = made
            if len(self._made) > _REMEMBERED:
                self._made.popitem(last=False)
        return made
