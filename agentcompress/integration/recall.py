"""The tool by which an agent asks back for what left its prompt."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool

from agentcompress.archive import ArchivedMessage, Recaller
from agentcompress.values import Plan

from .archiving import archive_of
from .kept import Kept

NAME = "recall"
TOKENS = 1_500
"""Tokens of one answer at most."""
_DESCRIPTION = """Brings back earlier results that were shortened in or removed from this conversation.

Marks such as "[270 tokens elided, recall 3fa2c1d0]" name an id. Give one of:
question: what you need to know; finds the passages that answer it.
id: brings back that result word for word; with lines="12-40" only those lines."""


def recall_tool(recaller: Recaller, channel: str) -> BaseTool:
    """The tool `recall`, over what left the prompt of the conversation that calls it.

    That is what the store has of the thread, and what the state still holds: so it works
    without a store, and when messages were removed from the state since.

    Args:
        recaller: Answers.
        channel: Where the state keeps the conversation's `Kept`.
    """

    def answer(state: Mapping[str, Any], kept: Iterable[ArchivedMessage], **asked: str) -> str:
        plan = Kept.from_dict(state.get(channel)).plan
        messages = state.get("messages") or []
        known = {one.key: one for one in (*kept, *recaller.left(messages, plan))}
        return _answered(recaller, list(known.values()), messages, plan, **asked)

    def recall(runtime: ToolRuntime[Any, Any], question: str = "", id: str = "", lines: str = "") -> str:
        archive = archive_of(runtime.store, runtime.config)
        kept = archive.messages() if archive else []
        return answer(runtime.state, kept, question=question, id=id, lines=lines)

    async def arecall(
        runtime: ToolRuntime[Any, Any], question: str = "", id: str = "", lines: str = ""
    ) -> str:
        archive = archive_of(runtime.store, runtime.config)
        kept = await archive.amessages() if archive else []
        return await asyncio.to_thread(answer, runtime.state, kept, question=question, id=id, lines=lines)

    return StructuredTool.from_function(recall, arecall, name=NAME, description=_DESCRIPTION)


def _answered(
    recaller: Recaller,
    known: Sequence[ArchivedMessage],
    messages: Sequence[Any],
    plan: Plan,
    *,
    question: str,
    id: str,
    lines: str,
) -> str:
    if id.strip():
        return recaller.by_id(known, id, lines.strip() or None, budget=TOKENS)
    if not question.strip():
        return "Give a question, or the id of a mark such as [… tokens elided, recall 3fa2c1d0]."
    return recaller.by_question(known, question, seen=recaller.seen(messages, plan), budget=TOKENS)
