"""LangChain's `trim_messages` (MIT): the newest whole messages that fit."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage, trim_messages

from benchmarks.peers.langchain_messages import as_langchain
from benchmarks.peers.peer import Request


class TrimMessagesPeer:
    """`strategy="last"`, begun by a turn of the agent or the user so that no result stands alone.

    The base is kept apart: with the documented ``start_on="human"`` a run with one user turn loses
    all behind it.
    """

    def compress(self, request: Request) -> list[dict[str, Any]]:
        """The base and the newest messages."""
        tokens = dict(zip(map(str, range(len(request.tokens))), request.tokens, strict=True))

        def count(found: Sequence[BaseMessage]) -> int:
            return sum(tokens[str(message.id)] for message in found)

        messages = as_langchain(request.messages)
        kept = trim_messages(
            [message for index, message in enumerate(messages) if index not in request.base],
            max_tokens=max(0, request.ceiling - sum(request.tokens[index] for index in request.base)),
            token_counter=count,
            strategy="last",
            start_on=("human", "ai"),
            allow_partial=False,
        )
        shown = sorted({*request.base, *(int(str(message.id)) for message in kept)})
        return [request.messages[index] for index in shown]
