"""LangChain's `ClearToolUsesEdit` (MIT): old results are replaced by a placeholder."""

from collections.abc import Sequence
from typing import Any

from langchain.agents.middleware import ClearToolUsesEdit
from langchain_core.messages import AnyMessage, BaseMessage

from benchmarks.peers.langchain_messages import as_langchain
from benchmarks.peers.peer import Request, replaced


class ClearToolUsesPeer:
    """Clears once the ceiling is passed.

    Args:
        keep: Newest results that stay; None keeps as many as fit.
    """

    def __init__(self, keep: int | None = 3) -> None:
        self._keep = keep

    def compress(self, request: Request) -> list[dict[str, Any]]:
        """The conversation with old results cleared."""
        if self._keep is not None:
            return self._cleared(request, self._keep)[0]
        keep = sum(message["role"] == "tool" for message in request.messages)
        while True:
            shown, tokens = self._cleared(request, keep)
            if tokens <= request.ceiling or keep == 0:
                return shown
            keep -= 1

    def _cleared(self, request: Request, keep: int) -> tuple[list[dict[str, Any]], int]:
        messages: list[AnyMessage] = as_langchain(request.messages)
        empty = request.count(ClearToolUsesEdit().placeholder)

        def count(found: Sequence[BaseMessage]) -> int:
            return sum(
                empty if _cleared(one) else tokens for one, tokens in zip(found, request.tokens, strict=True)
            )

        ClearToolUsesEdit(trigger=request.ceiling, keep=keep).apply(messages, count_tokens=count)
        shown = [
            replaced(raw, str(message.content)) if _cleared(message) else raw
            for raw, message in zip(request.messages, messages, strict=True)
        ]
        return shown, count(messages)


def _cleared(message: BaseMessage) -> bool:
    return "context_editing" in message.response_metadata
