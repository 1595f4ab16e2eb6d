"""One middleware for many conversations at once."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from blockbuster import BlockingError, blockbuster_ctx
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import PrivateAttr

from agentcompress import CompressionResult, ContextCompressionMiddleware

THREADS, STEPS = (64, 50) if "AGENTCOMPRESS_FUZZ" in os.environ else (8, 12)
BUDGET = 1_500
Said = list[tuple[str, Any, Any]]


class Reader(BaseChatModel):
    """Reads a number of pages of the book that it is asked for; notes by book what it was sent."""

    _requests: dict[str, list[Said]] = PrivateAttr(default_factory=dict)

    @property
    def _llm_type(self) -> str:
        return "reader"

    @property
    def requests(self) -> dict[str, list[Said]]:
        return self._requests

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[Any, AIMessage]:
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **more: Any) -> ChatResult:
        book = next(message.text for message in messages if isinstance(message, HumanMessage))
        said = [(m.type, m.content, getattr(m, "tool_calls", None)) for m in messages]
        self._requests.setdefault(book, []).append(said)
        newest = messages[-1]
        page = 1 + int(newest.tool_call_id.split("/")[1]) if isinstance(newest, ToolMessage) else 1
        call = {"name": "read", "args": {"book": book, "page": page}, "id": f"{book}/{page}"}
        answer = AIMessage("done", tool_calls=[call] if page <= STEPS else [])
        return ChatResult(generations=[ChatGeneration(message=answer)])


@tool
def read(book: str, page: int) -> str:
    """Reads a page of a book; all books have passages in common."""
    shared = "\n".join(f"common line {line} of page {page}" for line in range(3))
    own = "\n".join(
        f"{book} page {page} line {line}: {book}_{page}_{line} = {line * page}" for line in range(30)
    )
    return f"{shared}\n{own}"


def library(model: Reader, on_compression: Callable[[CompressionResult], None]) -> Any:
    """One agent, and so one middleware, for all books."""
    middleware = ContextCompressionMiddleware(BUDGET, on_compression=on_compression)
    return create_agent(
        model, [read], system_prompt="Be brief.", middleware=[middleware], checkpointer=InMemorySaver()
    )


def asked(book: str) -> tuple[Any, Any]:
    config = {"configurable": {"thread_id": book}, "recursion_limit": 3 * STEPS + 10}
    return {"messages": [("user", book)]}, config


class Notes:
    """The results of all threads."""

    def __init__(self) -> None:
        self.results: list[CompressionResult] = []

    def __call__(self, result: CompressionResult) -> None:
        time.sleep(0)  # What blocks an event loop, blockbuster notices.
        self.results.append(result)


BOOKS = [f"book_{number}" for number in range(THREADS)]


@pytest.fixture(scope="module")
def alone() -> dict[str, list[Said]]:
    """The requests of each conversation, one after the other, each with a middleware of its own."""
    requests: dict[str, list[Said]] = {}
    for book in BOOKS:
        model = Reader()
        library(model, Notes()).invoke(*asked(book))
        requests |= model.requests
    return requests


def test_threads_do_not_hear_each_other(alone: dict[str, list[Said]]) -> None:
    model, notes = Reader(), Notes()
    agent = library(model, notes)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda book: agent.invoke(*asked(book)), BOOKS))
    assert model.requests == alone
    assert len(notes.results) == THREADS * (STEPS + 1)
    assert sum(result.evicted for result in notes.results) >= THREADS
    assert max(result.tokens_after for result in notes.results) <= BUDGET


def test_tasks_do_not_hear_each_other_and_nothing_blocks_the_loop(alone: dict[str, list[Said]]) -> None:
    model = Reader()
    agent = library(model, Notes())

    async def together() -> None:
        await asyncio.gather(*(agent.ainvoke(*asked(book)) for book in BOOKS))

    with blockbuster_ctx("agentcompress"):
        asyncio.run(together())
    assert model.requests == alone


def test_a_blocking_call_would_be_noticed() -> None:
    agent = library(Reader(), Notes())

    async def blocking() -> None:
        agent.invoke(*asked("book"))

    with blockbuster_ctx("agentcompress"), pytest.raises(BlockingError):
        asyncio.run(blocking())
