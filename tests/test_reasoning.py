"""Reasoning: kept in the open tool loop behind the last edit, gone after the next user turn."""

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from agentcompress import Budget, Compressor

from .helpers import listing

MODEL = "claude-sonnet-4-5"


def thought(number: int, words: int = 12) -> dict[str, Any]:
    return {"type": "thinking", "thinking": f"step {number} " * words, "signature": f"c2ln{number}"}


def step(number: int, lines: int = 30) -> list[BaseMessage]:
    use = {"type": "tool_use", "id": f"c{number}", "name": "read", "input": {"page": number}}
    call = {"name": "read", "args": {"page": number}, "id": f"c{number}"}
    return [
        AIMessage([thought(number), use], tool_calls=[call], id=f"a{number}"),
        ToolMessage(listing(number, lines), tool_call_id=f"c{number}", id=f"t{number}"),
    ]


def run(*turns: Sequence[BaseMessage]) -> list[BaseMessage]:
    return [SystemMessage("Be brief."), HumanMessage("Read on."), *(m for turn in turns for m in turn)]


def thinking(messages: Sequence[BaseMessage]) -> list[str]:
    """Ids of the messages that still carry their reasoning."""
    return [
        message.id or ""
        for message in messages
        if isinstance(message.content, list)
        and any(isinstance(block, dict) and block["type"] == "thinking" for block in message.content)
    ]


def shortened(messages: Sequence[BaseMessage], originals: Sequence[BaseMessage]) -> list[int]:
    """Places of the original messages whose results are not whole any more, or gone."""
    shown = {message.id: message.content for message in messages}
    return [
        place
        for place, message in enumerate(originals)
        if isinstance(message, ToolMessage) and shown.get(message.id) != message.content
    ]


def tokens(messages: Sequence[BaseMessage]) -> int:
    return Compressor(10**6, model=MODEL).compress(messages).tokens_before


def test_with_room_all_reasoning_stays() -> None:
    messages = run(*(step(number) for number in range(4)), [HumanMessage("more")], step(4))
    result = Compressor(10**6, model=MODEL).compress(messages)
    assert result.messages == messages


def test_an_eviction_drops_reasoning_of_earlier_turns() -> None:
    messages = run(*(step(number) for number in range(6)), [HumanMessage("more")], step(6, 2))
    result = Compressor(int(0.6 * tokens(messages)), model=MODEL).compress(messages)
    assert result.evicted
    assert thinking(result.messages) == ["a6"]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_reasoning_of_the_open_loop_stays_behind_the_last_edit(share: float) -> None:
    messages = run(*(step(number, 4 if number > 3 else 60) for number in range(8)))
    result = Compressor(int(share * tokens(messages)), model=MODEL).compress(messages)
    last_edit = max(shortened(result.messages, messages))
    kept = [messages.index(m) for m in messages if m.id in thinking(result.messages)]
    newest = messages.index(next(m for m in messages if m.id == "a7"))
    assert newest in kept
    assert all(place > last_edit or place == newest for place in kept)
    open_behind = [place for place in range(last_edit + 1, len(messages)) if messages[place].id in _answers()]
    assert set(open_behind) <= set(kept)


def _answers() -> set[str]:
    return {f"a{number}" for number in range(8)}


def test_decisions_on_reasoning_are_frozen_until_the_next_eviction() -> None:
    messages = run(*(step(number) for number in range(6)))
    compressor = Compressor(Budget.for_long_run(int(0.7 * tokens(messages))), model=MODEL)
    first = compressor.compress(messages)
    assert first.evicted
    longer = [*messages, *step(6, 2), HumanMessage("and then?")]
    second = compressor.compress(longer, plan=first.plan)
    assert not second.evicted
    assert second.messages[: len(first.messages)] == first.messages
