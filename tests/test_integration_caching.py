"""Prompt caching by explicit markers, as Anthropic's API takes them."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_anthropic import ChatAnthropic
from langchain_anthropic.middleware import AnthropicPromptCachingMiddleware
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from pydantic import PrivateAttr, SecretStr

from agentcompress import CompressionResult, Compressor, ContextCompressionMiddleware

from .helpers import listing
from .test_middleware import TASK, read

MARKER = {"type": "ephemeral", "ttl": "5m"}
STEPS = 16
Payload = dict[str, Any]


class RecordingAnthropic(ChatAnthropic):
    """Builds real requests, keeps them instead of sending them, and reads page after page."""

    _payloads: list[Payload] = PrivateAttr(default_factory=list)

    @property
    def payloads(self) -> list[Payload]:
        return self._payloads

    def _generate(self, messages: list[BaseMessage], *_: Any, **settings: Any) -> ChatResult:
        settings.pop("run_manager", None)
        self._payloads.append(self._get_request_payload(messages, **settings))
        page = len(self._payloads)
        call = {"name": "read", "args": {"page": page}, "id": f"call_{page}"}
        answer = AIMessage("done", tool_calls=[call] if page <= STEPS else [])
        return ChatResult(generations=[ChatGeneration(message=answer)])

    async def _agenerate(self, messages: list[BaseMessage], *_: Any, **settings: Any) -> ChatResult:
        return self._generate(messages, **settings)


def claude() -> RecordingAnthropic:
    return RecordingAnthropic(
        model_name="claude-sonnet-4-5", api_key=SecretStr("none"), timeout=None, stop=None
    )


@tool
def look(place: str) -> str:
    """Looks at a place."""
    return place


def played(*, inside: bool, asynchronous: bool = False) -> tuple[list[Payload], list[CompressionResult]]:
    """What was sent with the caching middleware inside or outside of ours."""
    seen = list[CompressionResult]()
    model = claude()
    caching: AgentMiddleware[Any, Any, Any] = AnthropicPromptCachingMiddleware()
    ours: AgentMiddleware[Any, Any, Any] = ContextCompressionMiddleware(8_000, on_compression=seen.append)
    middleware = [ours, caching] if inside else [caching, ours]
    agent = create_agent(model, [look, read], system_prompt="Be brief.", middleware=middleware)
    asyncio.run(agent.ainvoke(TASK)) if asynchronous else agent.invoke(TASK)
    return model.payloads, seen


@pytest.mark.parametrize("inside", [False, True])
def test_markers_stay_and_prefixes_grow_on_either_side(inside: bool) -> None:
    payloads, seen = played(inside=inside)
    assert len(payloads) == STEPS + 1
    for payload, result in zip(payloads, seen, strict=True):
        assert payload["system"] == [{"type": "text", "text": "Be brief.", "cache_control": MARKER}]
        assert [tool.get("cache_control") for tool in payload["tools"]] == [None, MARKER]
        assert payload["cache_control"] == MARKER
        assert result.tokens_after <= 8_000
    assert 0 < sum(result.evicted for result in seen) < STEPS / 3
    for before, after, result in zip(payloads, payloads[1:], seen[1:], strict=False):
        assert (before["system"], before["tools"]) == (after["system"], after["tools"])
        extends = after["messages"][: len(before["messages"])] == before["messages"]
        assert extends != result.evicted


def test_the_side_changes_no_message() -> None:
    outside, inside = played(inside=False)[0], played(inside=True, asynchronous=True)[0]
    assert [payload["messages"] for payload in outside] == [payload["messages"] for payload in inside]


def marked(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "cache_control": MARKER}


def conversation(*contents: Any) -> list[BaseMessage]:
    messages: list[BaseMessage] = [SystemMessage([marked("Be brief.")]), HumanMessage([marked("Read on.")])]
    for number, content in enumerate(contents):
        call = {"name": "read", "args": {"page": number}, "id": f"c{number}"}
        messages += [AIMessage("", tool_calls=[call]), ToolMessage(content, tool_call_id=f"c{number}")]
    return messages


def markers(message: BaseMessage) -> int:
    blocks = message.content if isinstance(message.content, list) else []
    return sum(isinstance(block, dict) and block.get("cache_control") == MARKER for block in blocks)


@pytest.mark.parametrize(
    "content",
    [
        [marked(listing("a", 60))],
        [{"type": "text", "text": listing("a", 60)}, marked("end")],
        [listing("a", 60), marked(listing("b", 60))],
        [marked(listing("a", 60)), {"type": "text", "text": listing("b", 60)}],
        [marked("x" * 9_000)],
    ],
)
@pytest.mark.parametrize("budget", [300, 600, 900])
def test_a_shortened_message_keeps_its_marker(content: list[Any], budget: int) -> None:
    messages = conversation(content, listing("c", 10))
    result = Compressor(budget).compress(messages)
    shown = {message.tool_call_id: message for message in result.messages if isinstance(message, ToolMessage)}
    assert result.messages[:2] == messages[:2]
    assert result.tokens_after <= budget
    for message in shown.values():
        assert markers(message) == (message.tool_call_id == "c0")
    payload = claude()._get_request_payload(result.messages)
    blocks = [
        block for message in payload["messages"] for block in message["content"] if isinstance(block, dict)
    ]
    assert [b["tool_use_id"] for b in blocks if b["type"] == "tool_result" and b.get("cache_control")] == (
        ["c0"] if "c0" in shown else []
    )
