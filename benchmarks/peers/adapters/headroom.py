"""Headroom (Apache-2.0): compressors by content type, without a budget.

It finds the query among the messages by itself. Its model for prose needs weights from a hub; without
them that one stage passes text through.
"""

from typing import Any

from benchmarks.peers.peer import Request


class HeadroomPeer:
    """`headroom.compress`.

    Args:
        mode: None for the default, ``"agent"`` for the lossless one.
    """

    def __init__(self, mode: str | None = None) -> None:
        from headroom import compress

        self._compress = compress
        self._mode = mode

    def compress(self, request: Request) -> list[dict[str, Any]]:
        """What it makes of the conversation; the ceiling is the window that it is told."""
        result = self._compress(
            list(request.messages), model="gpt-4o", model_limit=request.ceiling, mode=self._mode
        )
        return list(result.messages)
