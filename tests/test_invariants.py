"""DESIGN.md §5: what holds whatever the conversation."""

import copy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agentcompress import Budget, BudgetExceededError, CompressionResult, Compressor, Plan
from agentcompress.tokens import default_counter

from .conversations import Messages, conversations, pairs_are_whole, steps

COUNT = default_counter().count
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def said(message: dict[str, Any]) -> str:
    calls = message.get("tool_calls") or []
    rows = (f"\n{call['function']['name']}({call['function']['arguments']})" for call in calls)
    return (message["content"] or "") + "".join(rows)


def tokens(messages: Messages) -> int:
    return sum(COUNT(said(message)) for message in messages)


def hard(messages: Messages) -> Messages:
    users = [index for index, message in enumerate(messages) if message["role"] == "user"]
    return [m for i, m in enumerate(messages) if m["role"] == "system" or i in (users[0], users[-1])]


def compressed(messages: Messages, budget: Budget, plan: Plan | None = None) -> CompressionResult:
    try:
        return Compressor(budget).compress(messages, plan=plan)
    except BudgetExceededError:
        assert tokens(hard(messages)) > budget.ceiling()
        assume(False)
        raise


def a_budget(draw: st.DrawFn, messages: Messages) -> Budget:
    """Between the pins and the whole, where there is something to decide."""
    low, high = tokens(hard(messages)), max(tokens(messages), 1)
    limit = draw(st.integers(min(max(low, 1), high), high))
    keep = draw(st.sampled_from([1.0, 0.6]))
    return Budget(limit=limit, keep=keep, item_share=draw(st.sampled_from([1.0, 0.4])))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Messages, Budget]:
    messages = draw(conversations())
    return messages, a_budget(draw, messages)


@SLOW
@given(cases())
def test_never_over_the_ceiling_pairs_whole_pins_untouched(case: tuple[Messages, Budget]) -> None:
    messages, budget = case
    original = copy.deepcopy(messages)
    result = compressed(messages, budget)
    assert messages == original
    assert tokens(result.messages) == result.tokens_after <= budget.ceiling()
    assert pairs_are_whole(result.messages)
    assert all(message in result.messages for message in hard(messages))
    assert sum(result.breakdown.values()) == result.tokens_after
    kept_ids = {m["tool_call_id"]: m for m in messages if m["role"] == "tool"}
    for message in result.messages:
        if message["role"] == "tool":
            before = kept_ids[message["tool_call_id"]]
            assert {**message, "content": ""} == {**before, "content": ""}


@SLOW
@given(cases())
def test_same_input_gives_the_same_bytes(case: tuple[Messages, Budget]) -> None:
    messages, budget = case
    assert compressed(messages, budget) == compressed(copy.deepcopy(messages), budget)


@SLOW
@given(cases())
def test_roles_keep_alternating_where_they_did(case: tuple[Messages, Budget]) -> None:
    messages, budget = case
    result = compressed(messages, budget)
    roles = [message["role"] for message in result.messages if message["role"] != "system"]
    pairs = list(pairwise(roles))
    assert ("assistant", "assistant") not in pairs
    assert ("user", "user") not in pairs[:-1]


@SLOW
@given(conversations(), st.integers(0, 50))
def test_nothing_changes_at_or_below_high_water(messages: Messages, spare: int) -> None:
    result = Compressor(max(1, tokens(messages) + spare)).compress(messages)
    assert result.messages == messages
    assert not result.evicted
    assert result.plan == Plan()


@SLOW
@given(cases())
def test_compressing_twice_changes_nothing_more(case: tuple[Messages, Budget]) -> None:
    messages, budget = case
    once = compressed(messages, budget)
    share = budget.item_share * budget.ceiling()
    assume(all(tokens([message]) <= share for message in once.messages if message["role"] == "tool"))
    again = compressed(once.messages, budget)
    assert again.messages == once.messages


@SLOW
@given(st.data())
def test_between_evictions_each_request_extends_the_last(data: st.DataObject) -> None:
    messages = data.draw(conversations(max_steps=2))
    budget = Budget(limit=2_500, keep=0.6, item_share=0.3)
    plan, previous = Plan(), list[dict[str, Any]]()
    for number in range(10, 16):
        try:
            result = Compressor(budget).compress(messages, plan=plan)
        except BudgetExceededError:
            assert tokens(hard(messages)) > budget.ceiling()
            return
        if not result.evicted:
            assert result.messages[: len(previous)] == previous
        assert Plan.from_dict(result.plan.to_dict()) == result.plan
        plan, previous = result.plan, result.messages
        messages = messages + data.draw(steps(number))


@SLOW
@given(st.lists(st.text(alphabet=st.characters()), max_size=5), st.integers(1, 40))
def test_whatever_the_text_it_fits_or_says_why_not(texts: list[str], limit: int) -> None:
    messages = [{"role": "user", "content": "go"}]
    messages += ({"role": "assistant", "content": text} for text in texts)
    result = Compressor(limit).compress(messages)
    assert tokens(result.messages) <= limit


def test_pins_alone_over_the_ceiling_say_what_takes_how_many() -> None:
    messages = [{"role": "system", "content": "rule " * 500}, {"role": "user", "content": "go"}]
    with pytest.raises(BudgetExceededError, match=r"system prompt 50\d") as raised:
        Compressor(100).compress(messages)
    assert raised.value.breakdown["system prompt"] == COUNT("rule " * 500)
