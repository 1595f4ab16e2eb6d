"""Plans outlive the process, and the conversation they were made for."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain.agents.middleware import ClearToolUsesEdit
from langchain_core.messages import convert_to_messages, convert_to_openai_messages
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver

from agentcompress import (
    Budget,
    BudgetExceededError,
    CompressionResult,
    Compressor,
    ContextCompressionMiddleware,
    Plan,
)

from .conversations import Messages, conversations, pairs_are_whole, steps
from .helpers import EXAMPLES, TASK, hard, listing, reads, step, tokens
from .test_middleware import RecordingModel, read

READS = reads(10)


def folded(messages: Messages, shown: Messages) -> list[int]:
    """Where the tool results stand that left the prompt."""
    kept = {message.get("tool_call_id") for message in shown}
    return [i for i, m in enumerate(messages) if m["role"] == "tool" and m["tool_call_id"] not in kept]


def test_an_edited_result_of_a_folded_call_is_never_shown_without_its_call() -> None:
    compressor = Compressor(Budget(limit=900, keep=0.8))
    before = compressor.compress(READS)
    gone = folded(READS, before.messages)
    assert gone
    for index in gone:
        edited = [*READS[:index], {**READS[index], "content": "edited"}, *READS[index + 1 :]]
        after = compressor.compress(edited, plan=before.plan)
        assert pairs_are_whole(after.messages)
        assert tokens(after.messages) <= 900


def test_langchains_context_editing_may_stand_before_ours() -> None:
    history: list[Any] = list(convert_to_messages(reads(12)))
    compressor = Compressor(1_500)
    before = compressor.compress(history)
    assert before.evicted
    ClearToolUsesEdit(trigger=10).apply(history, count_tokens=lambda _: 10**6)
    after = compressor.compress(history, plan=before.plan).messages
    assert pairs_are_whole(convert_to_openai_messages(after))
    assert after[0] is history[0]


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_plan_for_other_messages_breaks_nothing(data: st.DataObject) -> None:
    messages = data.draw(conversations())
    low, high = tokens(hard(messages)), tokens(messages)
    limit = data.draw(st.integers(max(1, low), max(1, low + (high - low) // 3)))
    compressor = Compressor(Budget(limit=limit, keep=0.3))
    plan = compressor.compress(messages).plan
    changed = list[dict[str, Any]]()
    start = 0
    while start < len(messages):
        end = start + 1 + len(messages[start].get("tool_calls") or [])
        change = data.draw(st.sampled_from(["none", "none", "drop", "edit", "repeat"]))
        group = messages[start:end]
        if change == "edit":
            group = [*group[:-1], {**group[-1], "content": "edited"}]
        changed += group * {"drop": start == 0, "repeat": 2}.get(change, 1)
        start = end
    changed += [TASK, *data.draw(st.one_of(st.just([]), steps(20)))]
    try:
        result = compressor.compress(changed, plan=plan)
    except BudgetExceededError:
        assert tokens(hard(changed)) > limit
        return
    assert tokens(result.messages) == result.tokens_after <= limit
    assert pairs_are_whole(result.messages)
    assert all(message in result.messages for message in hard(changed))


@pytest.mark.parametrize("limit", [50, 300])
def test_what_becomes_the_newest_user_turn_is_shown_whole(limit: int) -> None:
    messages = [{"role": "user", "content": "task"}]
    for number in range(8):
        messages.append({"role": "assistant", "content": listing(number, 30)})
        messages.append({"role": "user", "content": f"continue with part {number}"})
    compressor = Compressor(limit)
    plan = compressor.compress(messages).plan
    for newest in messages[2::2]:
        trimmed = [messages[0], newest]
        assert compressor.compress(trimmed, plan=plan).messages == trimmed


def test_what_the_user_marks_later_comes_back_whole() -> None:
    history = convert_to_messages(READS)
    compressor = Compressor(1_500)
    before = compressor.compress(history)
    [index, *_] = [i for i, m in enumerate(history) if m.type == "tool" and m not in before.messages]
    history[index].additional_kwargs["agentcompress_pinned"] = True
    after = compressor.compress(history, plan=before.plan)
    assert any(message is history[index] for message in after.messages)
    assert any(message is history[index - 1] for message in after.messages)
    assert after.tokens_after <= 1_500


def test_forks_share_what_was_decided_before_they_parted() -> None:
    compressor = Compressor(Budget(limit=2_000, keep=0.5))
    trunk = compressor.compress(READS)
    assert trunk.evicted
    for name in ("left", "right"):
        branch = compressor.compress(READS + step(name, f"went {name}"), plan=trunk.plan)
        assert not branch.evicted
        assert branch.messages == trunk.messages + step(name, f"went {name}")


def test_a_plan_survives_json() -> None:
    compressor = Compressor(Budget(limit=2_000, keep=0.5, item_share=0.2))
    before = compressor.compress(READS)
    plan = Plan.from_dict(json.loads(json.dumps(before.plan.to_dict())))
    assert plan == before.plan
    assert compressor.compress(READS, plan=plan).messages == before.messages


def test_a_plan_has_the_same_bytes_whatever_the_hash_seed() -> None:
    script = (
        "import json; from agentcompress import Compressor; from tests.helpers import reads\n"
        "print(json.dumps(Compressor(3000).compress(reads(20)).plan.to_dict()))"
    )
    plans = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "12"
    }
    [plan] = plans
    assert len(json.loads(plan)["shown"]) > 2


def test_an_agent_decides_anew_where_its_checkpoint_holds_a_plan_of_another_version() -> None:
    saver, thread = InMemorySaver(), RunnableConfig(configurable={"thread_id": "a"})
    seen = list[CompressionResult]()
    middleware = ContextCompressionMiddleware(budget=4_000, on_compression=seen.append)
    agent: Any = create_agent(RecordingModel(steps=10), [read], middleware=[middleware], checkpointer=saver)
    agent.invoke({"messages": [("user", "Read on.")]}, thread)
    agent.update_state(thread, {"agentcompress_plan": {"version": 99}})
    assert seen[-1].plan.evictions > 0
    agent.invoke({"messages": [("user", "And on.")]}, thread)
    assert seen[-1].plan.evictions == 1
    assert seen[-1].tokens_after <= 4_000


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"version": 2}, "plan version 2 is not 1"),
        ({}, "plan version None is not 1"),
        ({"version": 1}, "no plan: KeyError 'shown'"),
        ({"version": 1, "shown": []}, "no plan: AttributeError"),
        ({"version": 1, "shown": {"a": [[0]]}}, "no plan: ValueError"),
        ({"version": 1, "shown": {}, "folded": 5}, "no plan: TypeError"),
    ],
)
def test_what_is_no_plan_of_this_version_is_refused(data: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Plan.from_dict(data)


def test_a_remembered_plan_is_for_what_counts_and_was_decided_alike() -> None:
    compressor = Compressor(2_500)
    plain = [TASK, *reads(6)]
    compressor.compress(plain)
    thinking = [plain[0], {**plain[1], "reasoning_content": "word " * 400}, *plain[2:]]
    assert compressor.compress(thinking).tokens_after <= 2_500
    shared, alone = Compressor(Budget(limit=2_500, keep=0.6)), Compressor(Budget(limit=2_500, keep=0.6))
    for query in ("line 3", "line 20"):
        first = shared.compress(plain, query=query).plan
        assert first == alone.compress(plain, query=query).plan
        longer = [*plain, *step("later", listing("later", 60))]
        fresh = Compressor(Budget(limit=2_500, keep=0.6)).compress(longer, plan=first)
        assert shared.compress(longer, plan=first).messages == fresh.messages
