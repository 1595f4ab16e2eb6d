"""The graph, and if wanted the agent, is told when an agent goes in circles."""

import asyncio
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import before_model
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from agentcompress import ContextCompressionMiddleware, OverthinkingMiddleware, OverthinkingMonitor
from agentcompress.graphs.scripted import ScriptedModel

TASK: Any = {"messages": [("user", "How is the build?")]}
SIGNALS = "agentcompress_overthinking"
Script = Callable[[int], AIMessage]


@tool
def look(page: int) -> str:
    """Looks at a page of the log."""
    return f"page_{page} of build_7 " + " ".join(f"line_{page}_{number}" for number in range(20))


def agent(script: Script, steps: int, *middleware: Any, **config: Any) -> tuple[Any, list[list[BaseMessage]]]:
    """An agent whose steps are scripted, and the requests that its model gets."""
    requests: list[list[BaseMessage]] = []

    def answer(messages: list[BaseMessage]) -> AIMessage:
        requests.append(messages)
        done = sum(isinstance(message, ToolMessage) for message in messages)
        return script(done) if done < steps else AIMessage("done")

    return create_agent(ScriptedModel(script=answer), [look], middleware=middleware, **config), requests


def call(page: int, number: int, content: Any = "") -> AIMessage:
    return AIMessage(content, tool_calls=[{"name": "look", "args": {"page": page}, "id": f"c{number}"}])


def looping(step: int) -> AIMessage:
    """Two pages, then the second again and again."""
    return call(min(step, 2), step)


def thinking(step: int) -> AIMessage:
    thought = {"type": "thinking", "thinking": "Let me see. " * 40, "signature": f"s{step}"}
    return call(step, step, [thought, {"type": "text", "text": f"Page {step}."}])


def steady(step: int) -> AIMessage:
    return call(step, step)


def extended(requests: list[list[BaseMessage]]) -> list[bool]:
    """Whether each request starts with all of the one before."""
    said = [[(m.type, m.content, getattr(m, "tool_calls", None)) for m in request] for request in requests]
    return [after[: len(before)] == before for before, after in pairwise(said)]


def hinted(request: list[BaseMessage]) -> list[int]:
    """The messages that carry the hint of "repeats"."""
    return [index for index, message in enumerate(request) if "made the same calls" in str(message.content)]


def test_an_agent_that_loops_is_noticed_at_the_fourth_time() -> None:
    looped, requests = agent(looping, 8, OverthinkingMiddleware())
    streamed = list(looped.stream(TASK, stream_mode=["custom", "values"]))
    seen = [chunk[SIGNALS] for mode, chunk in streamed if mode == "values" and chunk[SIGNALS]]
    # Steps 2 to 5 are the same: before the sixth request there are four, and it goes on.
    assert [signal["steps"] for [signal] in {repr(one): one for one in seen}.values()] == [4, 5, 6]
    assert {signal["kind"] for [signal] in seen} == {"repeats"}
    [event] = [chunk for mode, chunk in streamed if mode == "custom"]
    assert event == {SIGNALS: {"signals": [{"kind": "repeats", "steps": 4, "tools": ["look"]}]}}
    assert len(requests) == 9
    assert not any("same calls" in str(message.content) for request in requests for message in request)


def test_an_agent_that_gets_on_is_left_alone() -> None:
    going, _ = agent(steady, 30, OverthinkingMiddleware(hint=True))
    streamed = list(going.stream(TASK, {"recursion_limit": 200}, stream_mode=["custom", "values"]))
    assert [chunk for mode, chunk in streamed if mode == "custom"] == []
    assert not any(chunk[SIGNALS] for mode, chunk in streamed if mode == "values")


def test_a_hook_may_end_the_run_by_it() -> None:
    @before_model(can_jump_to=["end"])
    def stop(state: Any, runtime: Any) -> dict[str, Any] | None:
        return {"jump_to": "end"} if state.get(SIGNALS) else None

    looped, requests = agent(looping, 50, OverthinkingMiddleware(), stop)
    state = looped.invoke(TASK, {"recursion_limit": 300})
    assert len(requests) == 6
    assert state[SIGNALS] == [{"kind": "repeats", "steps": 4, "tools": ["look"]}]


@pytest.mark.parametrize("compressed", [False, True])
def test_a_hint_stands_behind_the_newest_result_and_stays_there(compressed: bool) -> None:
    more = [ContextCompressionMiddleware(50_000)] if compressed else []
    looped, requests = agent(looping, 9, OverthinkingMiddleware(hint=True), *more)
    state = looped.invoke(TASK)
    assert all(extended(requests))
    assert [hinted(request) for request in requests] == [[]] * 6 + [[12]] * 4
    assert requests[6][12].content.endswith(  # type: ignore[union-attr]
        "\n\n[the last 4 steps made the same calls (look) and got the same results]"
    )
    assert isinstance(requests[6][12], ToolMessage)
    assert sum(isinstance(message, HumanMessage) for message in requests[-1]) == 1
    assert not any("same calls" in str(message.content) for message in state["messages"])


def test_a_hint_stands_once_where_ids_of_calls_come_again() -> None:
    """Some servers count their calls from 0 in every answer."""
    looped, requests = agent(lambda step: call(min(step, 2), 0), 9, OverthinkingMiddleware(hint=True))
    looped.invoke(TASK)
    assert all(extended(requests))
    assert [len(hinted(request)) for request in requests] == [0] * 6 + [1] * 4


def test_a_hint_stays_where_reasoning_leaves() -> None:
    def script(step: int) -> AIMessage:
        made = thinking(step) if step > 5 else AIMessage("")
        return call(2, step, made.content)

    watching = OverthinkingMiddleware(
        OverthinkingMonitor(reasoning_tokens=400), hint=True, drop_reasoning=True
    )
    told, requests = agent(script, 12, watching)
    told.invoke(TASK)
    assert not all(extended(requests))
    assert [hinted(request) for request in requests] == [[]] * 4 + [[8]] * 9


def test_async_does_not_hold_up_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[threading.Thread] = []
    signals = OverthinkingMonitor.signals

    def watched(self: OverthinkingMonitor, steps: Any) -> Any:
        seen.append(threading.current_thread())
        return signals(self, steps)

    monkeypatch.setattr(OverthinkingMonitor, "signals", watched)
    looped, _ = agent(looping, 2, OverthinkingMiddleware())
    asyncio.run(looped.ainvoke(TASK))
    assert seen
    assert threading.main_thread() not in seen


def test_it_goes_on_after_a_checkpoint() -> None:
    whole, expected = agent(looping, 9, OverthinkingMiddleware(hint=True))
    whole.invoke(TASK)
    saver, thread = InMemorySaver(), {"configurable": {"thread_id": "a"}}
    requests: list[list[BaseMessage]] = []
    work: Any = TASK
    while len(requests) < len(expected):
        # Another process for each step: nothing but the checkpoint is left of the one before.
        part, seen = agent(
            looping, 9, OverthinkingMiddleware(hint=True), checkpointer=saver, interrupt_after=["tools"]
        )
        part.invoke(work, thread)
        requests += seen
        work = None
    assert [[m.content for m in request] for request in requests] == [
        [m.content for m in request] for request in expected
    ]


def test_async_sees_the_same() -> None:
    looped, requests = agent(looping, 8, OverthinkingMiddleware(hint=True))
    other, others = agent(looping, 8, OverthinkingMiddleware(hint=True))
    state = looped.invoke(TASK)
    again = asyncio.run(other.ainvoke(TASK))
    assert again[SIGNALS] == state[SIGNALS]
    assert [[m.content for m in one] for one in others] == [[m.content for m in one] for one in requests]


def thoughts(request: list[BaseMessage]) -> list[int]:
    """The steps whose reasoning a request shows."""
    acting = [message for message in request if isinstance(message, AIMessage)]
    return [index for index, message in enumerate(acting) if "'thinking'" in str(message.content)]


def test_old_reasoning_is_dropped_in_one_go_and_only_over_the_limit() -> None:
    limit = OverthinkingMonitor(reasoning_tokens=700)
    told, requests = agent(thinking, 9, OverthinkingMiddleware(limit, drop_reasoning=True))
    state = told.invoke(TASK)
    shown = [thoughts(request) for request in requests]
    dropped = [index for index, ok in enumerate(extended(requests), start=1) if not ok]
    assert shown[: dropped[0]] == [list(range(step)) for step in range(dropped[0])]
    # The newest step's reasoning stays while its results come in; what comes later is kept again.
    assert shown[dropped[0]] == [dropped[0] - 1]
    assert shown[dropped[0] + 1] == [dropped[0] - 1, dropped[0]]
    assert 1 < len(dropped) < 4
    assert thoughts(state["messages"]) == list(range(9))
    for request in requests:
        assert [m.text for m in request if isinstance(m, AIMessage)] == [
            f"Page {step}." for step in range(len(request) // 2)
        ]
    only_told, untouched = agent(thinking, 9, OverthinkingMiddleware(limit))
    only_told.invoke(TASK)
    assert all(extended(untouched))


def test_hidden_reasoning_counts_by_what_was_billed() -> None:
    def script(step: int) -> AIMessage:
        made = call(step, step)
        details: Any = {"reasoning": 300}
        made.usage_metadata = {
            "input_tokens": 1,
            "output_tokens": 310,
            "total_tokens": 311,
            "output_token_details": details,
        }
        return made

    told, _ = agent(script, 3, OverthinkingMiddleware(OverthinkingMonitor(reasoning_tokens=900)))
    assert told.invoke(TASK)[SIGNALS] == [{"kind": "reasoning", "steps": 3, "tools": ["look"], "tokens": 900}]


def test_reasoning_that_nobody_counts_is_not_dropped() -> None:
    with pytest.raises(ValueError, match="drop_reasoning=True needs a monitor with reasoning_tokens"):
        OverthinkingMiddleware(drop_reasoning=True)
