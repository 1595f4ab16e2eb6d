"""How well a budget is used, and what may never be traded for it."""

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ToolStrategy
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage, convert_to_messages
from langchain_core.messages.utils import count_tokens_approximately
from pydantic import BaseModel, Field

from agentcompress import (
    Budget,
    BudgetExceededError,
    CompressionResult,
    Compressor,
    ContextCompressionMiddleware,
    Plan,
)

from .conversations import Messages
from .helpers import TASK, call, hard, listing, reads, step, tokens
from .test_middleware import RecordingModel, read


def _mixed(source: random.Random) -> Messages:
    """Short and long turns, parallel calls, tiny results, lines that tokenize badly."""
    messages = [TASK]
    for number in range(source.randint(5, 60)):
        said = source.choice(["", "I see.", listing(500 + number, 3)])
        count = source.choice([0, 1, 1, 2])
        if not count:
            messages.append({"role": "assistant", "content": said or "hm"})
            messages.append({"role": "user", "content": source.choice(["next", "continue"])})
            continue
        arguments = json.dumps({"p": "word " * source.choice([1, 2, 200])})
        calls = [call(f"{number}_{place}", arguments=arguments) for place in range(count)]
        messages.append({"role": "assistant", "content": said, "tool_calls": calls})
        for made in calls:
            noise = "\n".join(source.choice("{}[](),;") for _ in range(80))
            content = source.choice(
                ["", "ok", "ok", listing(made["id"], source.randint(1, 30)), noise, "é" * 150]
            )
            messages.append({"role": "tool", "tool_call_id": made["id"], "content": content})
    return messages


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_room_for_a_few_hundred_tokens_is_not_left_empty(seed: int, share: float) -> None:
    messages = _mixed(random.Random(seed))
    pinned = tokens(hard(messages))
    room = max(400, int(share * (tokens(messages) - pinned)))
    result = Compressor(pinned + room).compress(messages)
    used = result.tokens_after - pinned
    assert used <= room
    assert used > 0.5 * min(room, tokens(messages) - pinned)


def test_the_newest_step_is_kept_while_it_fits() -> None:
    written = step("w", "written to out.txt", "write", json.dumps({"text": "lorem ipsum dolor " * 700}))
    messages = reads(6, lines=60) + written
    assert 2_000 < tokens(written) < 2_200
    assert Compressor(4_000).compress(messages).messages[-2:] == written


def test_an_eviction_stops_at_low_water_of_what_the_pins_leave() -> None:
    pins = [{"role": "system", "content": "rule " * 3_000}, TASK]
    messages = [pins[0], *reads(10)]
    pinned = tokens(pins)
    result = Compressor(Budget(limit=pinned + 2_000, keep=0.6)).compress(messages)
    assert result.evicted
    assert pinned + 1_000 < result.tokens_after <= pinned + 1_200


def test_high_water_is_a_share_of_what_the_pins_leave() -> None:
    messages = [{"role": "system", "content": "rule " * 3_000}, *reads(3)]
    pinned, rest = tokens(hard(messages)), tokens(messages) - tokens(hard(messages))
    for limit, evicted in ((pinned + 2 * rest, False), (pinned + 2 * rest - 4, True)):
        budget = Budget(limit=limit, trigger=0.5, keep=0.5)
        assert Compressor(budget).compress(messages).evicted is evicted


def test_large_pins_do_not_make_every_step_an_eviction() -> None:
    compressor, plan, evictions = Compressor(Budget.for_long_run(10_000)), Plan(), 0
    messages: Messages = [{"role": "system", "content": "rule " * 6_100}, TASK]
    for number in range(30):
        messages += step(number, listing(number, 50))
        result = compressor.compress(messages, plan=plan)
        plan = result.plan
        evictions += result.evicted
    assert 0 < evictions <= 15


@pytest.mark.parametrize("factor", [1.0, 1.4, 3.0])
def test_an_edit_meets_the_budget_by_langchains_counter(factor: float) -> None:
    def count(messages: Sequence[Any]) -> int:
        return int(factor * count_tokens_approximately(messages))

    history = convert_to_messages(reads(30))
    assert count(history) > 4_000
    Compressor(4_000).apply(history, count_tokens=count)
    assert 2_000 < count(history) <= 4_000


def test_an_edit_counts_what_langchain_adds_to_every_request() -> None:
    history = convert_to_messages(reads(30))
    Compressor(4_000).apply(history, count_tokens=lambda m: 2_500 + count_tokens_approximately(m))
    assert 700 < count_tokens_approximately(history) <= 1_500


def test_an_elision_never_costs_more_than_it_saves() -> None:
    messages = [TASK]
    for number in range(6):
        messages += step(number, "".join(f"id_{number}_{j}\n\n" for j in range(20)))
    originals = {message["tool_call_id"]: message for message in messages if message["role"] == "tool"}
    shortened = 0
    for limit in range(200, tokens(messages), 5):
        for message in Compressor(limit).compress(messages).messages:
            if message["role"] != "tool" or "removed, " in message["content"]:
                continue
            original = originals[message["tool_call_id"]]
            assert message == original or tokens([message]) < tokens([original])
            shortened += message != original
    assert shortened > 0


def _marked_turn() -> list[Any]:
    mark = {"agentcompress_pinned": True}
    call = {"name": "write", "args": {"text": "word " * 300}, "id": "w"}
    return [
        HumanMessage("go"),
        AIMessage("I promise to ask first.", additional_kwargs=mark),
        AIMessage("", tool_calls=[call]),
        ToolMessage("ok", tool_call_id="w"),
        HumanMessage("an older question"),
        AIMessage("an older answer"),
        AIMessage("Never delete anything.", additional_kwargs=mark),
        HumanMessage("end"),
    ]


@pytest.mark.parametrize("limit", range(30, 120, 10))
def test_no_line_of_ours_is_written_into_a_marked_message(limit: int) -> None:
    history = _marked_turn()
    shown = Compressor(limit).compress(history).messages
    assert any("removed, " in message.text for message in shown)
    for index in (0, 1, 6, 7):
        assert any(message is history[index] for message in shown)


def test_no_line_of_ours_is_written_into_a_result_of_an_excluded_tool() -> None:
    messages = [TASK]
    for number in range(6):
        messages += step(number, listing(number, 60)) + step(f"k{number}", f"secret {number}", "keep")
    shown = Compressor(150, exclude_tools={"keep"}).compress(messages).messages
    kept = [message for message in shown if message.get("tool_call_id", "").startswith("ck")]
    assert kept == [message for message in messages if message.get("tool_call_id", "").startswith("ck")]
    assert len(shown) < len(messages)


def test_excluded_tools_over_the_budget_are_said_to_be_what_takes_it() -> None:
    messages = [TASK, *step("k", listing("k", 60), "keep"), *step("a", "fine")]
    with pytest.raises(BudgetExceededError, match="tool results") as raised:
        Compressor(300, exclude_tools={"keep"}).compress(messages)
    assert raised.value.breakdown["tool results"] == tokens([messages[2]])


def test_the_schema_of_structured_output_counts_as_a_tool() -> None:
    class Answer(BaseModel):
        """An answer."""

        value: str = Field(description="word " * 500)

    seen = list[CompressionResult]()
    middleware = ContextCompressionMiddleware(budget=3_000, on_compression=seen.append)
    agent: Any = create_agent(
        RecordingModel(steps=0), [read], middleware=[middleware], response_format=ToolStrategy(Answer)
    )
    agent.invoke({"messages": [("user", "Read on.")]})
    assert seen[0].breakdown["tool schemas"] > 500
