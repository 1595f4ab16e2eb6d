"""Signs that an agent is going in circles, read from its steps."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.messages import OpenAICodec
from agentcompress.monitors import AgentStep, OverthinkingMonitor, SignalKind, steps_of

from .recordings import TASK, Chat, answer, result


def step(name: str, reasoning: int = 0, news: str = "") -> AgentStep:
    """A step by its name; the same name is the same call with the same result."""
    return AgentStep(
        tools=("do",), digest=name.encode(), results=(news or f"id_{name}_1",), reasoning=reasoning
    )


def kinds(monitor: OverthinkingMonitor, steps: Sequence[AgentStep]) -> list[tuple[SignalKind, int]]:
    return [(signal.kind, signal.steps) for signal in monitor.signals(steps)]


CIRCLES = OverthinkingMonitor(no_news=None)


@pytest.mark.parametrize(
    ("names", "seen"),
    [
        ("abcd", []),
        ("xaaa", []),
        ("xaaaa", [("repeats", 4)]),
        ("aaaaaa", [("repeats", 6)]),
        ("aaaab", []),
        ("xababa", []),
        ("xababab", [("cycle", 6)]),
        ("bababab", [("cycle", 7)]),
        ("abcabcabc", [("cycle", 9)]),
        ("abcabcab", []),
        ("", []),
    ],
)
def test_circles_are_seen_while_they_go_on(names: str, seen: list[tuple[SignalKind, int]]) -> None:
    assert kinds(CIRCLES, [step(name) for name in names]) == seen


@given(st.text("abc", max_size=24), st.integers(2, 5))
def test_repeats_are_the_length_of_the_last_run(names: str, repeats: int) -> None:
    run = len(names) - len(names.rstrip(names[-1:])) if names else 0
    seen = dict(kinds(OverthinkingMonitor(repeats=repeats, no_news=None), [step(name) for name in names]))
    assert seen.get("repeats") == (run if run >= repeats else None)


def test_results_without_anything_new() -> None:
    first = step("look", news="run_1 run_2 /tmp/a.log 4711")
    old = [step(f"s{number}", news=f"run_{1 + number % 2} is done") for number in range(8)]
    assert kinds(OverthinkingMonitor(), [first, *old]) == [("no-news", 8)]
    assert kinds(OverthinkingMonitor(), [first, *old[1:]]) == []
    assert kinds(OverthinkingMonitor(no_news=7), [first, *old[1:]]) == [("no-news", 7)]
    # A part of something older is something else.
    assert kinds(OverthinkingMonitor(), [first, *old[:-1], step("x", news="/tmp/a")]) == []
    assert kinds(OverthinkingMonitor(), [*old[:-1], step("x", news="run_3"), first]) == []


def test_reasoning_is_counted_over_a_window() -> None:
    steps = [step(f"s{number}", reasoning=100) for number in range(12)]
    assert kinds(OverthinkingMonitor(), steps) == []
    monitor = OverthinkingMonitor(reasoning_tokens=800)
    [signal] = monitor.signals(steps)
    assert signal.to_dict() == {"kind": "reasoning", "steps": 8, "tools": ["do"], "tokens": 800}
    assert monitor.signals(steps[:7]) == []


def test_steps_are_those_since_the_user_spoke_with_all_their_results() -> None:
    once: Chat = [answer(a={"x": 1}, b={}), result("a", "one"), result("b", "two")]
    again: Chat = [answer(c={"x": 1}, d={}), result("c", "one"), result("d", "two")]
    open_step: Chat = [answer(e={}, f={}), result("e", "one")]
    codec = OpenAICodec()
    messages = [codec.read(one) for one in [TASK, *once, TASK, *once, *again, answer("hm"), *open_step]]
    steps = steps_of(messages, [7] * len(messages))
    assert [one.results for one in steps] == [("one", "two")] * 2
    assert steps[0] == steps[1]  # Ids of calls tell nothing.
    assert steps[0].reasoning == 7


@pytest.mark.parametrize(
    "settings", [{"repeats": 1}, {"no_news": 1}, {"reasoning_tokens": 0}, {"window": 0}, {"repeats": None}]
)
def test_settings_out_of_range_are_named(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=rf"{next(iter(settings))} must be a whole number, \d or more, got"):
        OverthinkingMonitor(**settings)
