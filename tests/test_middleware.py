"""The seams to LangChain: what the model sees, what the graph keeps."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import ContextEditingMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import Field

from agentcompress import (
    Budget,
    BudgetExceededError,
    CompressionResult,
    Compressor,
    ContextCompressionMiddleware,
)
from agentcompress.tokens import RequestCounter


class RecordingModel(BaseChatModel):
    """Calls `read` a number of times, then answers; keeps every request it was sent."""

    steps: int = 8
    requests: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "recording"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[Any, AIMessage]:
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **more: Any) -> ChatResult:
        self.requests.append(list(messages))
        return ChatResult(generations=[ChatGeneration(message=self.answer(len(self.requests)))])

    def answer(self, number: int) -> AIMessage:
        """What it says to a request; the first is 1."""
        call = {"name": "read", "args": {"page": number}, "id": f"call_{number}"}
        return AIMessage("done") if number > self.steps else AIMessage("", tool_calls=[call])


TASK: Any = {"messages": [("user", "Read on.")]}


@tool
def read(page: int) -> str:
    """Reads a page."""
    return "\n".join(f"page {page} line {line}: value_{page}_{line} = {page * line}" for line in range(60))


def run(middleware: ContextCompressionMiddleware, model: RecordingModel, **config: Any) -> dict[str, Any]:
    agent = create_agent(model, [read], system_prompt="Be brief.", middleware=[middleware], **config)
    return agent.invoke(TASK, {"configurable": {"thread_id": "a"}})


def test_requests_fit_and_the_state_keeps_the_originals() -> None:
    model, seen = RecordingModel(), list[CompressionResult]()
    state = run(ContextCompressionMiddleware(budget=3_000, on_compression=seen.append), model)
    count = RequestCounter.for_model(None)
    originals = [message for message in state["messages"] if isinstance(message, ToolMessage)]
    assert [message.content for message in originals] == [read.invoke({"page": page}) for page in range(1, 9)]
    assert max(result.tokens_after for result in seen) <= 3_000 < seen[-1].tokens_before
    assert len(seen) == len(model.requests) == 9
    assert "agentcompress_plan" not in state
    for request in model.requests:
        assert isinstance(request[0], SystemMessage)
        assert request[0].content == "Be brief."
        assert request[1].content == "Read on."
        calls = [
            call["id"] for message in request if isinstance(message, AIMessage) for call in message.tool_calls
        ]
        results = [message.tool_call_id for message in request if isinstance(message, ToolMessage)]
        assert calls == results
    assert count.tools([]) == 0


def test_requests_between_evictions_extend_each_other() -> None:
    model, seen = RecordingModel(steps=20), list[CompressionResult]()
    run(ContextCompressionMiddleware(budget=6_000, on_compression=seen.append), model)
    breaks = 0
    for before, after, result in zip(model.requests, model.requests[1:], seen[1:], strict=False):
        kept = after[: len(before)] == before
        assert kept or result.evicted
        breaks += not kept
    assert 0 < breaks == sum(result.evicted for result in seen) <= len(seen) / 3


def test_a_plan_survives_the_checkpoint() -> None:
    saver, model = InMemorySaver(), RecordingModel(steps=12)
    run(ContextCompressionMiddleware(budget=4_000), model, checkpointer=saver)
    before = model.requests[-1]
    state = run(ContextCompressionMiddleware(budget=4_000), model, checkpointer=saver)
    assert len(state["messages"]) == 12 * 2 + 4
    assert model.requests[-1][: len(before)] == before


def test_async_sees_the_same_requests() -> None:
    sync, other = RecordingModel(), RecordingModel()
    run(ContextCompressionMiddleware(budget=3_000), sync)
    agent = create_agent(
        other, [read], system_prompt="Be brief.", middleware=[ContextCompressionMiddleware(budget=3_000)]
    )
    asyncio.run(agent.ainvoke(TASK))
    assert [[m.content for m in request] for request in other.requests] == [
        [m.content for m in request] for request in sync.requests
    ]


def test_streaming_is_untouched() -> None:
    agent = create_agent(
        RecordingModel(steps=2), [read], middleware=[ContextCompressionMiddleware(budget=3_000)]
    )
    chunks: list[Any] = list(agent.stream(TASK, stream_mode="messages"))
    said = [message.content for message, _ in chunks if isinstance(message, AIMessage)]
    assert said[-1] == "done"


def test_pins_over_the_budget_stop_before_any_call() -> None:
    model = RecordingModel()
    with pytest.raises(BudgetExceededError, match="tool schemas"):
        run(ContextCompressionMiddleware(budget=20), model)
    assert model.requests == []


def test_excluded_tools_are_never_touched() -> None:
    model = RecordingModel(steps=3)
    with pytest.raises(BudgetExceededError):
        run(ContextCompressionMiddleware(budget=2_500, exclude_tools={"read"}), model)
    assert all("elided" not in str(message.content) for request in model.requests for message in request)


def test_compressor_is_an_edit_of_langchains_own_middleware() -> None:
    model = RecordingModel()
    editing = ContextEditingMiddleware(edits=[Compressor(3_000)])
    create_agent(model, [read], middleware=[editing]).invoke(TASK)
    count = RequestCounter.for_model(None)
    codec_total = max(sum(len(str(m.content)) for m in request) for request in model.requests)
    assert codec_total < 3_000 * 4
    assert any("tokens elided]" in str(m.content) for m in model.requests[-1])
    assert count.text("done") == 1


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"budget": 0}, "budget"),
        ({"budget": 1.5}, "budget"),
        ({"budget": True}, "budget"),
        ({"budget": 100, "exclude": ["read"]}, "exclude"),
        ({"budget": 100, "exclude_tools": "read"}, "exclude_tools must be a collection of names, got 'read'"),
        ({"budget": 100, "keep_images": -1}, "keep_images must be a whole number, 0 or more, got -1"),
        ({"budget": 100, "keep_images": 1.5}, r"keep_images .* got 1\.5"),
    ],
)
def test_bad_settings_are_named(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        ContextCompressionMiddleware(**settings)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"reserve": -1}, "reserve"),
        ({"keep": 0.9, "trigger": 0.5}, "keep"),
        ({"item_share": 0}, "item_share"),
    ],
)
def test_bad_marks_are_named(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Budget(limit=100, **settings)
