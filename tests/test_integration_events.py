"""What a run is told of its compressions."""

import asyncio
import json
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import ModelRequest, ModelResponse
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda

from agentcompress import CompressionResult, ContextCompressionMiddleware

from .test_middleware import TASK, RecordingModel, read

BUDGET = 3_000


class Listener(BaseCallbackHandler):
    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def on_custom_event(self, name: str, data: Any, **_: Any) -> None:
        self.heard.append((name, data))


class AsyncListener(AsyncCallbackHandler):
    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.loops: set[asyncio.AbstractEventLoop] = set()

    async def on_custom_event(self, name: str, data: Any, **_: Any) -> None:
        self.loops.add(asyncio.get_running_loop())
        self.heard.append((name, data))


def agent(seen: list[CompressionResult], steps: int = 8) -> Any:
    middleware = ContextCompressionMiddleware(BUDGET, on_compression=seen.append)
    return create_agent(
        RecordingModel(steps=steps), [read], system_prompt="Be brief.", middleware=[middleware]
    )


def without_time(events: list[Any]) -> list[Any]:
    return [{name: value for name, value in event.items() if name != "milliseconds"} for event in events]


def test_the_custom_stream_and_callbacks_hear_of_every_compression() -> None:
    seen, listener = list[CompressionResult](), Listener()
    streamed = list(agent(seen).stream(TASK, {"callbacks": [listener]}, stream_mode="custom"))
    assert streamed == [{name: event} for name, event in listener.heard]
    assert {name for name, _ in listener.heard} == {"agentcompress"}
    events = [event for _, event in listener.heard]
    assert without_time(events) == [result.figures() for result in seen]
    assert json.loads(json.dumps(events)) == events
    assert all(event["milliseconds"] > 0 for event in events)
    assert "value_" not in json.dumps(events)


def test_the_same_without_blocking() -> None:
    seen, listener = list[CompressionResult](), AsyncListener()
    loops = set()

    async def stream() -> list[Any]:
        loops.add(asyncio.get_running_loop())
        config = {"callbacks": [listener]}
        return [chunk async for chunk in agent(seen).astream(TASK, config, stream_mode="custom")]

    assert asyncio.run(stream()) == [{name: event} for name, event in listener.heard]
    assert without_time([event for _, event in listener.heard]) == [result.figures() for result in seen]
    assert listener.loops == loops


def test_streamed_events_have_it() -> None:
    seen = list[CompressionResult]()

    async def stream() -> list[Any]:
        return [event async for event in agent(seen, steps=2).astream_events(TASK, version="v2")]

    heard = [event for event in asyncio.run(stream()) if event["event"] == "on_custom_event"]
    assert {event["name"] for event in heard} == {"agentcompress"}
    assert without_time([event["data"] for event in heard]) == [result.figures() for result in seen]


def test_figures_add_up() -> None:
    seen = list[CompressionResult]()
    agent(seen, steps=20).invoke(TASK)
    evictions = [result for result in seen if result.evicted]
    assert evictions
    for result in seen:
        figures = result.figures()
        assert sum(figures["breakdown"].values()) == figures["tokens_after"] <= figures["ceiling"]
        assert figures["kept_ratio"] + figures["compression_ratio"] == pytest.approx(1, abs=1e-3)
        assert (result.prefix_share == 1) == (not result.evicted)
        assert 0 < result.prefix_kept <= result.tokens_after
    assert any(result.shortened for result in seen)
    assert seen[0].shortened == seen[0].folded == 0 < evictions[-1].folded
    # The system prompt, the tool's schema and the task are never rewritten.
    fixed = seen[0].tokens_after
    assert all(result.prefix_kept >= fixed for result in seen)


def test_messages_are_folded_or_shown() -> None:
    seen = list[CompressionResult]()
    agent(seen, steps=20).invoke(TASK)
    last = seen[-1]
    asked = 2 + 2 * 20
    assert len(last.messages) - 1 <= asked - last.folded <= len(last.messages)  # A note may be a turn.


@pytest.mark.parametrize("surrounded", [False, True])
def test_nothing_fails_where_there_is_no_graph(surrounded: bool) -> None:
    middleware, listener = ContextCompressionMiddleware(BUDGET), Listener()
    state: Any = {"messages": [HumanMessage("Read on.")]}
    request: ModelRequest[Any] = ModelRequest(model=RecordingModel(), messages=state["messages"], state=state)
    answer: ModelResponse[Any] = ModelResponse(result=[AIMessage("done")])

    async def reply(_: ModelRequest[Any]) -> ModelResponse[Any]:
        return answer

    def call(_: object) -> Any:
        return middleware.wrap_model_call(request, lambda _: answer)

    async def acall(_: object) -> Any:
        return await middleware.awrap_model_call(request, reply)

    if surrounded:
        chain = RunnableLambda(call, acall)
        config: Any = {"callbacks": [listener]}
        assert chain.invoke(0, config) is answer
        assert asyncio.run(chain.ainvoke(0, config)) is answer
        assert [name for name, _ in listener.heard] == ["agentcompress"] * 2
    else:
        assert call(0) is answer
        assert asyncio.run(acall(0)) is answer
