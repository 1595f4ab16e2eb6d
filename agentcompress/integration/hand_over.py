"""Short forms of what one agent hands over to the others."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Unpack

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig

from agentcompress.values import Budget

from .channel import REPORTS, record, recorded
from .compressors import ModelCompressors
from .plans import said
from .settings import Settings

_FEWEST = 32
"""Tokens that the line which says how much is gone needs in any form."""
_UNLIMITED = 10**9


class HandOver:
    """Limits what other nodes see of each message that a node returned.

    The short form is made once, when the message is handed over, for what its node was
    asked; from then on it is frozen.

    Args:
        limits: Tokens of a message, by the node that returns it.
        settings: As in `Settings`.

    Raises:
        ValueError: A limit is too small to say anything in.
    """

    def __init__(self, limits: Mapping[str, int], **settings: Unpack[Settings]) -> None:
        for name, limit in limits.items():
            if isinstance(limit, bool) or not isinstance(limit, int) or limit < _FEWEST:
                raise ValueError(f"hand_over of {name!r} must be at least {_FEWEST} tokens, got {limit!r}")
        self._limits = limits
        self._compressors = ModelCompressors(_UNLIMITED, **settings)

    def seen_by(
        self, name: str, messages: Sequence[BaseMessage], config: RunnableConfig
    ) -> list[BaseMessage]:
        """The messages as a node is to see them: others' in their short form, its own whole."""
        reports = recorded(config, REPORTS)
        if not reports:
            return list(messages)
        found = ((message, reports.get(_digest(message))) for message in messages)
        return [
            _with_text(message, report["text"]) if report and report["by"] != name else message
            for message, report in found
        ]

    def hand_over(
        self, name: str, asked: Sequence[BaseMessage], returned: Iterable[Any], config: RunnableConfig
    ) -> None:
        """Keeps the short forms of what a node returned.

        Args:
            name: The node.
            asked: What it was given.
            returned: What it returned.
            config: The config it ran with.
        """
        if name not in self._limits:
            return
        old = set(map(_digest, asked))
        new = {_digest(message): message for message in returned if isinstance(message, BaseMessage)}
        task = next((message.text for message in reversed(asked) if isinstance(message, HumanMessage)), None)
        short = {
            digest: self._shortened(message.text, self._limits[name], task)
            for digest, message in new.items()
            if digest not in old
        }
        entries = {digest: {"by": name, "text": text} for digest, text in short.items() if text is not None}
        record(config, REPORTS, entries)

    def _shortened(self, text: str, limit: int, task: str | None) -> str | None:
        """The text in at most `limit` tokens; None where it has no more."""
        compressor = self._compressors.for_model(None)
        base = compressor.compress(_frame("")).tokens_before
        # What is handed over is what a call of that agent brought, and is cut like any other result.
        result = compressor.with_budget(Budget(limit=base + limit)).compress(_frame(text), query=task)
        if result.tokens_after == result.tokens_before:
            return None
        shown = result.messages[-1]
        gone = f"[{result.tokens_before - base} tokens elided]"
        return str(shown.text) if isinstance(shown, ToolMessage) else gone


def _frame(text: str) -> list[BaseMessage]:
    call = {"name": "report", "args": {}, "id": "report"}
    return [HumanMessage("."), AIMessage("", tool_calls=[call]), ToolMessage(text, tool_call_id="report")]


def _digest(message: BaseMessage) -> str:
    return blake2b(said(message), digest_size=8).hexdigest()


def _with_text(message: BaseMessage, text: str) -> BaseMessage:
    if isinstance(message.content, str):
        return message.model_copy(update={"content": text})
    rest = [block for block in message.content if isinstance(block, dict) and block.get("type") != "text"]
    return message.model_copy(update={"content": [{"type": "text", "text": text}, *rest]})
