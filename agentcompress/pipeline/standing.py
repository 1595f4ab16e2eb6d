"""What a call leaves behind, so that the next one of the same conversation looks at what is new."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import is_
from threading import Lock
from typing import Any

from agentcompress.values import Plan

from .history import History
from .rendering import View

_MESSAGE_CHARACTERS = 200
"""What a message is charged beside its text, for the memory it takes."""


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
    """What the newest calls left behind; least recently used ones are forgotten first; thread-safe.

    A long run sends the same objects at every call. One that left the prompt is told by its
    identity alone: whatever a host changes in it, it is not shown.

    Args:
        characters: Texts of all that is remembered, at most.
    """

    def __init__(self, characters: int = 32_000_000) -> None:
        self._limit = characters
        self._held = 0
        self._left: OrderedDict[int, Standing] = OrderedDict()
        self._lock = Lock()

    def find(self, raw: Sequence[Any], plan: Plan) -> Standing:
        """What the call left that these messages go on from and this plan came of; else an empty one."""
        for one in reversed(raw):
            with self._lock:
                found = self._left.get(id(one))
            if found is not None:
                fits = len(found.raw) <= len(raw) and all(map(is_, found.raw, raw)) and found.plan == plan
                return found if fits else Standing()
        return Standing()

    def put(self, standing: Standing) -> None:
        """Remembers what a call left behind."""
        if not standing.raw:
            return
        key = id(standing.raw[-1])
        with self._lock:
            if key in self._left:
                self._held -= _size(self._left.pop(key))
            self._left[key] = standing
            self._held += _size(standing)
            while self._held > self._limit and len(self._left) > 1:
                self._held -= _size(self._left.popitem(last=False)[1])


def _size(standing: Standing) -> int:
    return standing.history.characters + _MESSAGE_CHARACTERS * len(standing.raw)
