"""distil (distil-llm, MIT): reversible digests of tool results, without a budget or a query."""

from typing import Any

from benchmarks.peers.peer import Request, replaced


class DistilPeer:
    """`distil.compress_messages`."""

    def __init__(self) -> None:
        from distil import compress_messages

        self._compress = compress_messages

    def compress(self, request: Request) -> list[dict[str, Any]]:
        """The conversation with digests."""
        shown = self._compress(list(request.messages)).messages
        return [
            raw if one["content"] == raw["content"] else replaced(raw, one["content"])
            for raw, one in zip(request.messages, shown, strict=True)
        ]
