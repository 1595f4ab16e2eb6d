"""Why each segment is shown or not: reasons agree with what is sent."""

from collections import Counter
from itertools import groupby
from typing import Any

from hypothesis import given, settings

from agentcompress import Budget, BudgetExceededError, Compressor, Plan
from agentcompress.messages import codec_for
from agentcompress.values import Reason

from .conversations import Messages, conversations
from .helpers import EXAMPLES, TASK, hard_indices, listing, reads, step


def whys(reasons: list[Reason]) -> Counter[str]:
    return Counter(reason.why for reason in reasons)


def of(reasons: list[Reason], message: int) -> list[Reason]:
    return [reason for reason in reasons if reason.message == message]


@settings(max_examples=max(EXAMPLES // 4, 1))
@given(conversations())
def test_reasons_agree_with_what_is_sent(messages: Messages) -> None:
    for budget in (Budget(limit=1_200), Budget.for_long_run(2_500)):
        try:
            reasons = Compressor(budget).explain(messages)
        except BudgetExceededError:
            continue
        compressor = Compressor(budget)
        result = compressor.compress(messages)
        assert compressor.explain(messages) == reasons
        assert compressor.compress(messages) == result
        pinned = {reason.message for reason in reasons if reason.why == "pinned"}
        assert pinned <= set(hard_indices(messages))
        sent = {message.get("tool_call_id"): message for message in result.messages}
        for index, own in groupby(reasons, key=lambda reason: reason.message):
            _agrees(messages[index], list(own), sent, evicted=result.evicted)


def _agrees(message: dict[str, Any], reasons: list[Reason], sent: dict[Any, Any], *, evicted: bool) -> None:
    read = codec_for([message]).read(message)
    for part, segments in groupby(reasons, key=lambda reason: reason.part):
        own = list(segments)
        if read.parts[part].kind == "text":
            assert [0, *(reason.end for reason in own)] == [
                *(reason.start for reason in own),
                len(read.parts[part].text),
            ]
    assert evicted or all(reason.why in ("pinned", "fits", "condensed on arrival") for reason in reasons)
    if message["role"] != "tool":
        return
    view = sent.get(message["tool_call_id"])
    assert (view is None) == all(reason.why == "group folded" for reason in reasons) or not reasons
    if view is not None and all(reason.shown == "full" for reason in reasons):
        assert message["content"] in view["content"]
    elif view is not None and not read.text.lstrip().startswith(("{", "[")):
        for reason in reasons:
            said = read.text[reason.start : reason.end].strip()
            assert reason.shown != "full" or said in view["content"]


def test_an_eviction_weighs_segments_against_each_other() -> None:
    reasons = Compressor(900).explain(reads(3, lines=40))
    found = whys(reasons)
    assert found["pinned"] == 1
    assert found["worth its tokens"]
    assert found["not worth its tokens"]
    assert all((reason.score is None) == (reason.why == "pinned") for reason in reasons)
    assert all((reason.shown is None) == (reason.why == "not worth its tokens") for reason in reasons)


def test_what_fits_was_not_looked_at() -> None:
    reasons = Compressor(50_000).explain(reads(3))
    assert set(whys(reasons)) == {"pinned", "fits"}
    assert {reason.shown for reason in reasons} == {"full"}


def test_groups_fold_and_stay_so() -> None:
    messages = reads(40, lines=12)
    compressor = Compressor(Budget.for_long_run(1_500))
    reasons = compressor.explain(messages)
    result = compressor.compress(messages)
    gone = {reason.message for reason in reasons if reason.why == "group folded"}
    assert 2 * len(gone) == result.folded > 0  # A call without words has no segments.
    later = compressor.explain(messages, plan=result.plan)
    assert {reason.message for reason in later if reason.shown is None} >= gone
    assert set(whys(later)) <= {"pinned", "decided before", "fits"}
    assert compressor.explain(messages, plan=Plan()) == reasons


def test_a_repeat_points_down() -> None:
    page = listing("page", 40)
    messages: Messages = [TASK, *step(1, page), *step(2, listing("other", 40)), *step(3, page)]
    reasons = Compressor(Budget(limit=1_300)).explain(messages)
    assert {reason.why for reason in of(reasons, 2)} == {"repeated below"}


def test_a_large_result_is_condensed_on_arrival() -> None:
    messages: Messages = [TASK, *step(1, listing("page", 200))]
    reasons = Compressor(Budget(limit=10_000, item_share=0.1)).explain(messages)
    assert set(whys(of(reasons, 2))) == {"condensed on arrival"}
    assert {reason.shown for reason in of(reasons, 2)} == {"full", None}
    assert all(reason.score is not None for reason in of(reasons, 2))
