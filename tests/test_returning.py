"""What left the prompt comes back unasked where it matters again: at an eviction, at the prompt's end."""

import json
from typing import Any

import pytest

from agentcompress import Budget, CompressionResult, Compressor
from agentcompress.values import Plan

from .conversations import Messages, pairs_are_whole
from .helpers import TASK, listing, step

RECALLED = "[recalled from read("
ASKS = json.dumps({"name": "value_ledger_17"})


def history(newest: Messages) -> Messages:
    """A ledger is read, then much else; the newest step asks for one of its lines."""
    work = [message for number in range(40) for message in step(number, listing(number))]
    return [TASK, *step("l", listing("ledger"), arguments='{"path": "ledger.txt"}'), *work, *newest]


def played(compressor: Compressor, messages: Messages) -> tuple[CompressionResult, CompressionResult]:
    """The first eviction with the newest step in sight, and the call before."""
    plan, before = Plan(), compressor.compress([TASK])
    for end in range(3, len(messages) + 1, 2):
        result = compressor.compress(messages[:end], plan=plan)
        if end < len(messages):
            plan, before = Plan.from_dict(json.loads(json.dumps(result.plan.to_dict()))), result
    return before, result


def last(result: CompressionResult) -> str:
    return str(result.messages[-1]["content"])


def made(output: str, **settings: Any) -> tuple[CompressionResult, CompressionResult]:
    compressor = Compressor(Budget(limit=6_000, keep=0.7), recallable=True, **settings)
    return played(compressor, history(step("n", output, "find", ASKS)))


def test_what_matters_again_comes_back_behind_the_newest_result() -> None:
    output = listing("other", 160)
    before, result = made(output)
    assert result.evicted
    assert result.tokens_after <= 6_000 * 0.7 + 1
    own, back = last(result).split("[recalled from read(", 1)
    assert "other line 0" in own
    said = [line for line in back.splitlines()[1:] if " line " in line and "recall" not in line]
    assert said
    originals = json.dumps(history([]))
    assert all(line in originals for line in said)
    assert not any(line in json.dumps(before.messages) for line in said)
    assert "tokens elided, recall" in back
    assert pairs_are_whole(result.messages)


def test_it_stays_as_it_is_until_the_next_eviction() -> None:
    compressor = Compressor(Budget(limit=6_000, keep=0.7), recallable=True)
    messages = history(step("n", listing("other", 160), "find", ASKS))
    _, result = played(compressor, messages)
    further = [*messages, *step("z", "done")]
    for other in (compressor, Compressor(Budget(limit=6_000, keep=0.7), recallable=True)):
        again = other.compress(further, plan=Plan.from_dict(result.plan.to_dict()))
        assert not again.evicted
        assert again.messages[: len(result.messages)] == result.messages


def test_json_stays_json() -> None:
    rows = [{"other": f"o_{number}", "total": number * 7} for number in range(220)]
    _, result = made(json.dumps(rows))
    assert RECALLED in last(result)
    assert isinstance(json.loads(last(result)), list)


def test_results_whose_calls_are_not_there_come_back_without_them() -> None:
    orphans = [message for message in history([]) if message["role"] == "tool"]
    newest = step("n", listing("other", 160), "find", ASKS)
    compressor = Compressor(Budget(limit=6_000, keep=0.7))
    _, result = played(compressor, [TASK, *orphans[: len(orphans) // 2 * 2], *newest])
    assert "\n[recalled]\n" in last(result)


@pytest.mark.parametrize("pinned", [True, False])
def test_a_pinned_result_carries_nothing(pinned: bool) -> None:
    output = listing("other", 160)
    _, result = made(output, exclude_tools=["find"] if pinned else [])
    assert result.evicted
    assert (RECALLED in last(result)) is not pinned
    assert not pinned or last(result) == output


def test_a_user_turn_carries_nothing() -> None:
    compressor = Compressor(Budget(limit=6_000, keep=0.7))
    _, result = played(compressor, history([]))
    turn = {"role": "user", "content": f"What of value_ledger_17? {listing('asked', 160)}"}
    asked = compressor.compress([*history([]), turn], plan=result.plan)
    assert asked.evicted
    assert asked.messages[-1] == turn
    assert RECALLED not in json.dumps(asked.messages)
