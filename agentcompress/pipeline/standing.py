"""What a call leaves behind, so that the next one of the same conversation looks at what is new."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import is_
from threading import Lock
from typing import Any

from agentcompress.values import Plan

from .history import History
from .rendering import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A conversation as it was after a call."""

    raw: Sequence[Any] = ()
    """The messages as they came."""
    history: History = field(default_factory=History)
    """The same, read."""
    plan: Plan = field(default_factory=Plan)
    """What the call decided."""
    views: Sequence[View] = ()
    """What the plan shows."""


class Standings:
    """What the newest calls left behind; the oldest is forgotten first; thread-safe.

    A long run sends the same objects at every call. One that left the prompt is told by its
    identity alone: whatever a host changes in it, it is not shown.

    Args:
        size: Of all that is remembered, at most, in characters.
    """

    def __init__(self, size: int = 32_000_000) -> None:
        self._limit = size
        self._held = 0
        self._left: dict[int, Standing] = {}
        self._lock = Lock()

    def find(self, raw: Sequence[Any], plan: Plan) -> Standing:
        """What the call left that these messages go on from and this plan came of; else an empty one."""
        with self._lock:
            found = next((self._left[id(one)] for one in reversed(raw) if id(one) in self._left), Standing())
        fits = len(found.raw) <= len(raw) and all(map(is_, found.raw, raw)) and found.plan == plan
        return found if fits else Standing()

    def put(self, standing: Standing) -> None:
        """Remembers what a call left behind."""
        if not standing.raw:
            return
        key = id(standing.raw[-1])
        with self._lock:
            if key in self._left:
                self._held -= self._left.pop(key).history.size
            self._left[key] = standing
            self._held += standing.history.size
            while self._held > self._limit and len(self._left) > 1:
                self._held -= self._left.pop(next(iter(self._left))).history.size
