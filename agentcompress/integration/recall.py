"""The tool by which an agent asks back for what left its prompt."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.tools.base import TOOL_MESSAGE_BLOCK_TYPES

from agentcompress.archive import ANSWER_TOKENS, ArchivedMessage, Recaller
from agentcompress.messages import OpenAICodec
from agentcompress.values import RECALL, Plan, Wanted

from .archiving import Archives
from .kept import Kept

Answer = str | list[Any]
"""Text, or content blocks where there are images in it."""
_PICTURE_TOKENS = 4_800
"""Tokens of the images of an answer at most: one comes whole, whatever model prices it."""
_DESCRIPTION = """Brings back earlier results that were shortened in or removed from this conversation.

Marks such as "[270 tokens elided, recall 3fa2c1d0]" name a result_id. Give one of:
question: what you need to know; finds the passages that answer it.
result_id: brings back that result word for word; with lines="12-40" only those lines."""


def recall_tool(recaller: Recaller, archives: Archives, channel: str, budget: int) -> BaseTool:
    """The tool `recall`, over what left the prompt of the conversation that calls it.

    That is what the store has of the thread and of those it shares a namespace with, and what the
    state still holds: so it works without a store, and when messages were removed from the state since.

    Args:
        recaller: Answers.
        archives: Finds what the store has.
        channel: Where the state keeps the conversation's `Kept`.
        budget: Tokens of an answer to a question at most.
    """

    def answer(state: Mapping[str, Any], kept: Iterable[ArchivedMessage], wanted: Wanted) -> Answer:
        plan = Kept.from_dict(state.get(channel)).plan
        messages = state.get("messages") or []
        known = {one.key: one for one in (*kept, *recaller.left(messages, plan))}
        return _answered(recaller, list(known.values()), messages, plan, wanted, budget)

    def recall(
        runtime: ToolRuntime[Any, Any], question: str = "", result_id: str = "", lines: str = ""
    ) -> Answer:
        archive = archives.of(runtime.store, runtime.config)
        kept = archive.messages() if archive else []
        return answer(runtime.state, kept, Wanted(question=question, result_id=result_id, lines=lines))

    async def arecall(
        runtime: ToolRuntime[Any, Any], question: str = "", result_id: str = "", lines: str = ""
    ) -> Answer:
        archive = archives.of(runtime.store, runtime.config)
        kept = await archive.amessages() if archive else []
        return await asyncio.to_thread(
            answer, runtime.state, kept, Wanted(question=question, result_id=result_id, lines=lines)
        )

    return StructuredTool.from_function(recall, arecall, name=RECALL, description=_DESCRIPTION)


def _answered(
    recaller: Recaller,
    known: Sequence[ArchivedMessage],
    messages: Sequence[Any],
    plan: Plan,
    wanted: Wanted,
    budget: int,
) -> Answer:
    if wanted.result_id.strip():
        text = recaller.by_id(known, wanted.result_id, wanted.lines.strip() or None, budget=ANSWER_TOKENS)
        found = recaller.pictures(known, wanted.result_id, budget=_PICTURE_TOKENS)
        pictures = list(map(_answerable, found))
        return [{"type": "text", "text": text}, *pictures] if pictures else text
    if not wanted.question.strip():
        return "Give a question, or the result_id of a mark such as [… tokens elided, recall 3fa2c1d0]."
    # The turn that asks names what it misses, and so does not show it.
    asking = max((i for i, one in enumerate(messages) if one.type == "ai"), default=len(messages))
    seen = recaller.seen(messages[:asking], plan)
    # Earlier questions match best and their answers are copies: they would come back for the originals.
    originals = [one for one in known if not _is_recall(one)]
    return recaller.by_question(originals, wanted.question, seen=seen, budget=budget)


def _answerable(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """A block as a tool may answer with it: of all others LangChain makes text, encoded bytes and all."""
    kind = block.get("type") or next(iter(block), "")
    if kind in TOOL_MESSAGE_BLOCK_TYPES and "type" in block:
        return block
    [part] = OpenAICodec().read({"role": "user", "content": [block]}).parts
    if part.image and part.image.url[:5] in ("data:", "http:", "https"):
        return {"type": "image_url", "image_url": {"url": part.image.url}}
    return {"type": "text", "text": f"[{kind}: no tool can show this again]"}


def _is_recall(message: ArchivedMessage) -> bool:
    """Whether it asked for something back, or is what came."""
    calls = message.call if message.role == "tool" else message.text
    return f"\n{RECALL}(" in f"\n{calls}"
