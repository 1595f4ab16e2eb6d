"""DESIGN.md §5: what holds whatever the conversation."""

import copy
from collections.abc import Collection
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from langchain_core.messages import BaseMessage, convert_to_messages, convert_to_openai_messages

from agentcompress import Budget, BudgetExceededError, CompressionResult, Compressor, Plan
from agentcompress.values import Context, Scores

from .conversations import NAMES, Messages, conversations, pairs_are_whole, steps
from .helpers import COUNT, EXAMPLES, TASK, hard, hard_indices, listing, step, tokens

SLOW = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))


def compressed(messages: Messages, budget: Budget) -> CompressionResult:
    try:
        return Compressor(budget).compress(messages)
    except BudgetExceededError:
        assert tokens(hard(messages)) > budget.ceiling()
        assume(False)
        raise


def a_budget(draw: st.DrawFn, messages: Messages, marked: Collection[int] = ()) -> Budget:
    """Between the pins and the whole, where there is something to decide."""
    low, high = tokens(hard(messages, marked)), max(tokens(messages), 1)
    high = draw(st.sampled_from([high, min(high, low + 100)]))
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


@st.composite
def cases_with_excluded_tools(draw: st.DrawFn) -> tuple[Messages, Budget, set[str], set[int]]:
    messages = draw(conversations())
    excluded = draw(st.sets(NAMES, min_size=1, max_size=2))
    calls = {
        index
        for index, message in enumerate(messages)
        if any(call["function"]["name"] in excluded for call in message.get("tool_calls") or [])
    }
    return messages, a_budget(draw, messages, calls), excluded, calls


def above_an_untouchable_call() -> Messages:
    """Two turns that leave before calls that may not be touched, between which only the user speaks."""
    user = {"role": "user", "content": ""}
    read = ("read_file", '{"path": ""}')
    return [
        user,
        {"role": "assistant", "content": ""},
        user,
        *step(1, "src/app/main.py:42: def handle(request):", *read),
        {"role": "user", "content": "src/app/main.py:42: def handle(request):\n" * 3},
        *step(2, "", *read),
        user,
    ]


@SLOW
@example((above_an_untouchable_call(), Budget(limit=54), {"read_file"}, {3, 6}))
@given(cases_with_excluded_tools())
def test_excluded_tools_keep_their_calls_and_results_untouched(
    case: tuple[Messages, Budget, set[str], set[int]],
) -> None:
    messages, budget, excluded, calls = case
    try:
        result = Compressor(budget, exclude_tools=excluded).compress(messages)
    except BudgetExceededError:
        assert tokens(hard(messages, calls)) > budget.ceiling()
        return
    assert tokens(result.messages) == result.tokens_after <= budget.ceiling()
    assert pairs_are_whole(result.messages)
    assert in_order(hard(messages, calls), result.messages)
    assert len(set(result.left)) == len(result.left)
    again = Compressor(budget, exclude_tools=excluded).compress(messages, plan=result.plan)
    assert again.messages == result.messages
    # Where hard pins take everything there is no room for a word between two of the user's, and where nothing
    # but pins comes behind, no line may be written into those: a note then stands alone, in the user's role.
    if result.plan.notes and ("user", "user") not in roles(messages):
        last = max(i for i, message in enumerate(result.messages) if message not in hard(messages, calls))
        assert ("user", "user") not in roles(result.messages[:last])[:-1]


def roles(messages: Messages) -> list[tuple[str, str]]:
    """Who speaks after whom, system messages aside."""
    return list(pairwise(message["role"] for message in messages if message["role"] != "system"))


def between_what_is_marked() -> Messages:
    """Two turns that leave before a marked call, behind which no line may stand until the next user turn."""
    user = {"role": "user", "content": ""}
    return [
        user,
        {"role": "assistant", "content": ""},
        user,
        *step(1, ""),
        user,
        *step(2, ""),
        *step(3, "x1y2z3 " * 2_000),
        *step(4, ""),
    ]


@st.composite
def cases_with_marked_messages(draw: st.DrawFn) -> tuple[Messages, Budget, set[int]]:
    messages = draw(conversations())
    marked = draw(st.sets(st.integers(0, len(messages) - 1), min_size=1, max_size=4))
    return messages, a_budget(draw, messages, marked), marked


@SLOW
@example((between_what_is_marked(), Budget(limit=120), {3}))
@given(cases_with_marked_messages())
def test_what_the_user_marked_stays_with_its_calls_and_results(
    case: tuple[Messages, Budget, set[int]],
) -> None:
    messages, budget, marked = case
    history = convert_to_messages(messages)
    for index in marked:
        history[index].additional_kwargs["agentcompress_pinned"] = True
    pinned = [history[index] for index in hard_indices(messages, marked)]
    try:
        result = Compressor(budget).compress(history)
    except BudgetExceededError:
        assert whole(pinned) > budget.ceiling()
        return
    assert whole(result.messages) == result.tokens_after <= budget.ceiling()
    assert in_order(pinned, result.messages)
    assert pairs_are_whole(convert_to_openai_messages(result.messages))
    # With less room than a line takes beside each pin, the pins may stand alone.
    if budget.ceiling() - whole(pinned) >= 100:
        roles = [message.type for message in result.messages if message.type != "system"]
        assert ("ai", "ai") not in set(pairwise(roles))


def in_order(few: list[Any], many: list[Any]) -> bool:
    """Whether these very objects stand among the others, in this order."""
    rest = iter(many)
    return all(any(one is other for other in rest) for one in few)


def whole(messages: list[BaseMessage]) -> int:
    return Compressor(10**9).compress(messages).tokens_before


@SLOW
@given(cases())
def test_same_input_gives_the_same_bytes(case: tuple[Messages, Budget]) -> None:
    messages, budget = case
    assert compressed(messages, budget) == compressed(copy.deepcopy(messages), budget)


def behind_a_turn_that_stands() -> Messages:
    """Words that leave behind an answer that no edit may reach, as it was sent before."""
    talk = [{"role": role, "content": ""} for _ in range(4) for role in ("user", "assistant")]
    first = [{"role": "user", "content": ""}, {"role": "assistant", "content": "0\x81"}]
    last = {"role": "user", "content": "src/app/main.py:42: def handle(request):"}
    calls = [
        {"id": f"c{n}", "type": "function", "function": {"name": "read_file", "arguments": path}}
        for n, path in enumerate(('{"path": ""}', '{"path": "0:\\u0007\\u00d0"}'))
    ]
    return [
        *first,
        *talk,
        last,
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c0", "content": ""},
        {"role": "tool", "tool_call_id": "c1", "content": "\n".join([last["content"]] * 2)},
        {"role": "user", "content": ""},
    ]


@SLOW
@example((behind_a_turn_that_stands(), Budget(limit=59, keep=0.6, trigger=1.0)))
@given(cases())
def test_roles_keep_alternating_where_they_did(case: tuple[Messages, Budget]) -> None:
    messages, budget = case
    result = compressed(messages, budget)
    pairs = roles(result.messages)
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


@pytest.mark.parametrize(
    ("score", "said_so"),
    [
        (-1.0, "negative"),
        (3e38, "above 1e"),
        (float("nan"), "not finite"),
        (float("inf"), "not finite"),
    ],
)
def test_a_criterion_that_breaks_its_word_is_named(score: float, said_so: str) -> None:
    class Careless:
        def score(self, context: Context) -> Scores:
            return np.full(len(context.segments), score, np.float32)

    messages = [TASK, {"role": "assistant", "content": listing("a")}, TASK]
    with pytest.raises(ValueError, match=f"Careless gave a score that is .*{said_so}"):
        Compressor(300, criterion=Careless()).compress(messages)
