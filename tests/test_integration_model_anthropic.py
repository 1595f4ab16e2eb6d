"""`compress_model` on a real integration, down to the bytes that are sent."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2 as httpx
import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from agentcompress import CompressionResult, compress_model

from .reader import history, result
from .test_middleware import read

pytestmark = pytest.mark.filterwarnings("ignore:The model .* is deprecated")

BUDGET = 6_000
CACHED = {"cache_control": {"type": "ephemeral"}}
EVENTS: list[dict[str, Any]] = [
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "I am "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "done."}},
    {"type": "content_block_stop", "index": 0},
]


class Server:
    """Answers as the provider would, bills 5,000 tokens, and refuses what it is told to."""

    def __init__(self, refusals: int = 0) -> None:
        self.bodies = list[dict[str, Any]]()
        self._refusals = refusals

    def model(self) -> ChatAnthropic:
        settings: dict[str, Any] = {"model": "claude-sonnet-4-5", "api_key": "test", "max_tokens": 1_000}
        model = ChatAnthropic(**settings)
        transport = httpx.MockTransport(self.answer)
        key: dict[str, Any] = {"api_key": "test", "max_retries": 0}
        # Both are cached properties.
        model.__dict__["_client"] = anthropic.Client(**key, http_client=httpx.Client(transport=transport))
        model.__dict__["_async_client"] = anthropic.AsyncClient(
            **key, http_client=httpx.AsyncClient(transport=transport)
        )
        return model

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if self._refusals:
            self._refusals -= 1
            said = "prompt is too long: 210035 tokens > 200000 maximum"
            error = {"type": "error", "error": {"type": "invalid_request_error", "message": said}}
            return httpx.Response(400, json=error)
        self.bodies.append(body)
        usage = {"input_tokens": 5_000, "output_tokens": 3}
        message: dict[str, Any] = {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5",
        }
        message |= {"stop_reason": "end_turn", "stop_sequence": None, "usage": usage}
        if not body.get("stream"):
            return httpx.Response(200, json={**message, "content": [{"type": "text", "text": "I am done."}]})
        end = {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": usage}
        start = {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
        events = [start, *EVENTS, {"type": "message_delta", **end}, {"type": "message_stop"}]
        lines = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        return httpx.Response(200, text=lines, headers={"content-type": "text/event-stream"})


def conversation() -> list[BaseMessage]:
    system = SystemMessage([{"type": "text", "text": "Be brief.", **CACHED}])
    task = HumanMessage([{"type": "text", "text": "Read on.", **CACHED}])
    newest = ToolMessage([{"type": "text", "text": read.invoke({"page": 1}), **CACHED}], tool_call_id="last")
    call = AIMessage("", tool_calls=[{"name": "read", "args": {"page": 1}, "id": "last"}])
    return [system, task, *history(12)[1:], call, newest]


def marks(body: dict[str, Any]) -> int:
    """Breakpoints of the provider's cache."""
    return json.dumps(body).count(json.dumps(CACHED)[1:-1])


async def _streamed(model: Any, messages: list[BaseMessage]) -> Any:
    chunks = [chunk async for chunk in model.astream(messages)]
    return sum(chunks[1:], chunks[0])


WAYS: dict[str, Callable[[Any, list[BaseMessage]], BaseMessage]] = {
    "invoke": lambda model, said: model.invoke(said),
    "ainvoke": lambda model, said: asyncio.run(model.ainvoke(said)),
    "stream": lambda model, said: sum((chunks := list(model.stream(said)))[1:], chunks[0]),
    "astream": lambda model, said: asyncio.run(_streamed(model, said)),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_provider_is_sent_the_view_with_its_cache_marks_and_nothing_of_ours(way: str) -> None:
    seen, server = list[CompressionResult](), Server()
    model = compress_model(server.model(), BUDGET, on_compression=seen.append).bind_tools([read])
    messages = conversation()
    answer = WAYS[way](model, messages)
    assert answer.text == "I am done."
    assert answer.response_metadata["agentcompress"]["correction"] > 1
    WAYS[way](model, [*messages, answer, HumanMessage("Go on.")])
    first, second = server.bodies
    plain = Server()
    plain.model().bind_tools([read]).invoke(messages)
    (whole,) = plain.bodies
    assert first["system"] == whole["system"] == [{"type": "text", "text": "Be brief.", **CACHED}]
    assert first["tools"] == whole["tools"]
    assert first["messages"][0] == whole["messages"][0]
    assert marks(first) == marks(whole) == 3
    assert seen[0].tokens_after <= BUDGET < seen[0].tokens_before
    assert len(json.dumps(first)) < len(json.dumps(whole)) / 2
    assert "agentcompress" not in json.dumps([first, second])
    assert seen[1].ceiling < seen[0].ceiling


@pytest.mark.parametrize("way", WAYS)
def test_a_refusal_of_the_provider_is_met_with_a_shorter_view(way: str) -> None:
    server, seen = Server(refusals=1), list[CompressionResult]()
    model = compress_model(server.model(), BUDGET, on_compression=seen.append)
    assert WAYS[way](model, conversation()).text == "I am done."
    assert seen[1].tokens_after <= seen[1].ceiling < seen[0].ceiling


def test_structured_output_is_parsed_from_a_compressed_call() -> None:
    server = Server()
    bound = compress_model(server.model(), BUDGET).with_structured_output(
        {"title": "Page", "description": "A page.", "type": "object", "properties": {}}, include_raw=True
    )
    assert bound.invoke(conversation())["raw"].text == "I am done."  # type: ignore[index]
    assert server.bodies[0]["tools"][0]["name"] == "Page"
    assert result(1).text not in json.dumps(server.bodies)
