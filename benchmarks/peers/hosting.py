"""A host for tools that know one text at a time: it shares the room among the tool outputs."""

from collections.abc import Sequence
from typing import Any

from .peer import Request, TextPeer, replaced

_LOW = 0.75
"""Share of the room that a host with a prompt cache fills when it has to shrink again."""
_TRIES = 3
_LEAST = 16


def water_level(sizes: Sequence[int], room: int) -> int:
    """The largest level so that all sizes, each cut to it, fit into the room; 16 at least."""
    left = sorted(sizes)
    while left and left[0] * len(left) <= room:
        room -= left.pop(0)
    return max(_LEAST, room // len(left)) if left else max(sizes, default=_LEAST)


class TextHost:
    """Shows small outputs whole and has large ones shortened to one common size.

    With a prompt cache a level holds as long as everything fits, so that requests extend each
    other; then a new one leaves a quarter of the room free.

    Args:
        peer: Shortens.
        cached: Whether requests follow each other.
    """

    def __init__(self, peer: TextPeer, *, cached: bool) -> None:
        self._peer = peer
        self._cached = cached
        self._level: int | None = None
        self._short: dict[tuple[int, int], str] = {}

    def compress(self, request: Request) -> list[dict[str, Any]]:
        """The conversation with shorter outputs."""
        outputs = [index for index, one in enumerate(request.messages) if one["role"] == "tool"]
        sizes = [request.tokens[index] for index in outputs]
        room = request.ceiling - sum(request.tokens) + sum(sizes)
        if self._level is None and sum(sizes) <= room:
            return list(request.messages)
        if not self._cached or self._level is None:
            self._set(water_level(sizes, int(room * _LOW) if self._cached else room))
        shown = self._shown(request, outputs)
        if self._cached and sum(map(request.count, shown.values())) > room:
            self._set(water_level(sizes, int(room * _LOW)))
            shown = self._shown(request, outputs)
        return [
            replaced(message, shown[index])
            if index in shown and shown[index] != message["content"]
            else message
            for index, message in enumerate(request.messages)
        ]

    def _set(self, level: int) -> None:
        self._level = level
        self._short.clear()

    def _shown(self, request: Request, outputs: Sequence[int]) -> dict[int, str]:
        level = self._level or _LEAST
        found = {}
        for index in outputs:
            key = (index, level)
            if key not in self._short:
                text = request.messages[index]["content"]
                large = request.tokens[index] > level
                self._short[key] = self._shortened(request, index, level) if large else text
            found[index] = self._short[key]
        return found

    def _shortened(self, request: Request, index: int, level: int) -> str:
        """Asked for less where the tool counts otherwise and gave too much; the smallest of its answers."""
        text = str(request.messages[index]["content"])
        best, least, target = text, request.tokens[index], level
        for _ in range(_TRIES):
            short = self._peer.shorten(text, request.queries[index], target)
            tokens = request.count(short)
            if tokens < least:
                best, least = short, tokens
            if tokens <= level or target <= 1:
                break
            target = max(1, int(target * level / tokens * 0.98))
        return best
