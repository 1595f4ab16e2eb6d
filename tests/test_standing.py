"""What a call leaves behind for the next one saves work, and changes nothing."""

import gc
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import count, islice
from statistics import median
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agentcompress import Budget, BudgetExceededError, CompressionResult, Compressor, Plan
from agentcompress.strategies import PruneStrategy
from agentcompress.values import Choosing, Context, Scores

from .conversations import Messages, steps
from .helpers import EXAMPLES, TASK, hard, tokens


def untimed(result: CompressionResult | None) -> CompressionResult | None:
    return result and replace(result, milliseconds=0)


def compressed(compressor: Compressor, messages: list[Any], plan: Plan) -> CompressionResult | None:
    try:
        return compressor.compress(messages, plan=plan)
    except BudgetExceededError:
        return None


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_compressor_that_knows_the_conversation_says_what_a_new_one_does(data: st.DataObject) -> None:
    taken = [data.draw(steps(number)) for number in range(data.draw(st.integers(3, 7)))]
    pieces = [message for one in taken for message in one]
    limit = tokens(hard([TASK, *pieces])) + data.draw(st.integers(100, 1_500))
    share = data.draw(st.sampled_from([1.0, 0.2]))
    budget = Budget(limit=limit, keep=0.5, trigger=0.9, item_share=share)
    knowing = Compressor(budget, encoder="static", recallable=True)
    messages: Messages = [TASK]
    plans = [(len(messages), Plan())]
    for _ in range(len(taken)):
        # Turns come in parts, too, and conversations are taken up again at an earlier place.
        start, plan = data.draw(st.sampled_from(plans[-3:]))
        plan = Plan.from_dict(plan.to_dict()) if data.draw(st.booleans()) else plan
        messages = [*messages[:start], *pieces[start - 1 :][: data.draw(st.integers(1, 6))]]
        if data.draw(st.integers(0, 3)) == 0:
            messages.append({"role": "user", "content": "Always keep the tests green."})
        found = compressed(knowing, messages, plan)
        new = compressed(Compressor(budget, encoder="static", recallable=True), messages, plan)
        assert untimed(found) == untimed(new)
        if found is not None:
            plans.append((len(messages), found.plan))


def a_run() -> Iterator[list[BaseMessage]]:
    """The messages of an agent that reads without end, longer by a step each time."""
    messages: list[BaseMessage] = [HumanMessage("Find the slow request.")]
    for number in count():
        call = {"name": "read", "args": {"page": number}, "id": f"call_{number}"}
        rows = "\n".join(f"{number}-{row} GET /orders/{number * 31 + row} took {row} ms" for row in range(12))
        messages += [
            AIMessage(f"Page {number}.", tool_calls=[call]),
            ToolMessage(rows, tool_call_id=call["id"]),
        ]
        yield messages


def test_what_is_changed_while_it_is_shown_is_seen() -> None:
    compressor = Compressor(Budget(limit=2_000, keep=0.6), encoder="static")
    plan = Plan()
    for messages in a_run():
        result = compressor.compress(messages, plan=plan)
        plan = result.plan
        if result.evicted:
            break
    newest = messages[-1]
    newest.content = "nothing at all"
    assert compressor.compress(messages, plan=plan).messages[-1].content == "nothing at all"


def test_a_call_takes_no_more_steps_however_long_the_conversation_is() -> None:
    compressor = Compressor(Budget.for_long_run(2_000), encoder="static", recallable=True)
    plan, taken = Plan(), dict[tuple[str, bool], list[int]]()
    for number, messages in enumerate(islice(a_run(), 300)):
        when = "early" if 60 <= number < 110 else "late" if number >= 250 else ""
        with counted() if when else nullcontext(list[str]()) as steps:
            result = compressor.compress(messages, plan=plan)
        plan = result.plan
        taken.setdefault((when, result.evicted), []).append(len(steps))
    for evicted in (True, False):
        assert median(taken["late", evicted]) < 1.1 * median(taken["early", evicted])


@contextmanager
def counted() -> Iterator[list[str]]:
    """The events that a profiler is told: calls, and steps of generators."""
    steps: list[str] = []
    sys.setprofile(lambda _, event, __: steps.append(event))
    try:
        yield steps
    finally:
        sys.setprofile(None)


def test_a_message_that_is_replaced_to_be_pinned_comes_back_however_long_ago_it_left() -> None:
    compressor = Compressor(Budget.for_long_run(2_000), encoder="static")
    plan = Plan()
    for messages in islice(a_run(), 300):
        plan = compressor.compress(messages, plan=plan).plan
    old = messages[2].model_copy(update={"additional_kwargs": {"agentcompress_pinned": True}})
    shown = compressor.compress([*messages[:2], old, *messages[3:]], plan=plan).messages
    assert any(message is old for message in shown)


def test_messages_that_come_while_others_are_compressed_are_seen_next_time() -> None:
    messages: list[BaseMessage] = []

    class Growing(PruneStrategy):
        def prepare(self, context: Context, scores: Scores) -> Choosing:
            messages.append(HumanMessage("One more thing."))
            return super().prepare(context, scores)

    compressor = Compressor(Budget(limit=1_500, keep=0.6), encoder="static", strategy=Growing())
    messages += next(islice(a_run(), 12, None))
    first = compressor.compress(messages)
    assert first.evicted
    assert compressor.compress(messages, plan=first.plan).messages[-1] is messages[-1]


def test_memory_of_images_is_bounded() -> None:
    compressor = Compressor(10_000, encoder="static")
    kept = list[weakref.ref[HumanMessage]]()
    for number in range(40):
        url = "data:image/png;base64," + str(number) * 2_000_000
        message = HumanMessage([{"type": "image_url", "image_url": {"url": url}}])
        compressor.compress([message])
        kept.append(weakref.ref(message))
        del message
    gc.collect()
    assert sum(one() is not None for one in kept) < 40
