"""What a report says of messages: what was kept of each, why, and what the memory did."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentcompress import Budget, BudgetExceededError, Compressor
from agentcompress.report.growing import GrowingReport
from agentcompress.report.html import compression_report, write_compression_report
from agentcompress.report.run import Event
from agentcompress.report.views import MessageViews, spans
from agentcompress.values import Message, Note, Plan, Reason, ToolCall

from .conversations import Messages, conversations
from .helpers import EXAMPLES
from .reports import COUNT, HOSTILE, carried, text

LINES = st.lists(st.text(alphabet="ab …[]1\n", max_size=8), max_size=12)


@given(LINES, st.data())
def test_spans_lose_nothing_of_either_side(lines: list[str], data: st.DataObject) -> None:
    original = "\n".join(lines)
    kept = data.draw(st.lists(st.sampled_from(lines), max_size=6)) if lines else []
    shown = "\n…\n".join(kept) + "\n[12 tokens elided]"
    found = list(spans(original, shown))
    assert "".join(span.text for span in found if span.kind != "added") == original
    assert "".join(span.text for span in found if span.kind != "dropped") == shown


def test_a_shortened_text_is_told_apart_stretch_by_stretch() -> None:
    found = [
        (span.kind, span.text) for span in spans("one\ntwo\nthree\nfour", "one\n…\nthree\n[5 tokens elided]")
    ]
    assert found == [
        ("kept", "one\n"),
        ("added", "…\n"),
        ("dropped", "two\n"),
        ("kept", "three\n"),
        ("added", "[5 tokens elided]"),
        ("dropped", "four"),
    ]


def test_messages_are_kept_shortened_folded_or_added() -> None:
    def called(name: str, said: str) -> Message:
        return text("assistant", said, calls=(ToolCall(id=name, name=name, arguments="{}"),))

    old, older = called("old", "first"), text("tool", "gone", call_id="old")
    new, result = called("new", "then"), text("tool", "a\nb\nc\n", call_id="new")
    task = text("user", "task")
    note = Note(place="assistant", text="[2 earlier messages removed, 9 tokens]")
    sent = [task, text("assistant", note.text), new]
    sent.append(text("tool", "a\n…\n[2 tokens elided]", call_id="new"))
    plan = Plan(folded=frozenset({old.digest, older.digest}), notes={old.digest: (note,)})
    views = MessageViews(COUNT).of([task, old, older, new, result], sent, plan)
    assert [(v.role, v.state) for v in views] == [
        ("user", "kept"),
        ("assistant", "added"),
        ("assistant", "folded"),
        ("tool", "folded"),
        ("assistant", "kept"),
        ("tool", "shortened"),
    ]
    assert views[2].label == views[3].label == "old({})"
    assert (views[3].tokens_before, views[3].tokens_after) == (1, 0)
    assert views[1].sent == {"notes of the compressor": views[1].tokens_after}
    assert views[5].held == {"tool results": views[5].tokens_before}
    with pytest.raises(ValueError, match="the plan makes 5 of these 5 messages, and 4 were sent"):
        MessageViews(COUNT).of([task, old, older, new, result], sent, Plan())


@settings(max_examples=EXAMPLES // 3, suppress_health_check=list(HealthCheck))
@given(conversations(), st.integers(60, 1_500))
def test_every_message_of_a_run_has_its_place_in_the_report(messages: Messages, budget: int) -> None:
    compressor, plan = Compressor(Budget.for_long_run(budget)), Plan()
    for end in range(1, len(messages) + 1):
        try:
            result = compressor.compress(messages[:end], plan=plan)
        except BudgetExceededError:
            return
        views = compression_report(messages[:end], result).steps[0].messages
        assert sum(view.state != "added" for view in views) == end
        assert sum(view.state == "folded" for view in views) == result.folded
        assert sum(view.tokens_after for view in views) == result.tokens_after
        plan = result.plan


def test_one_compressed_conversation_becomes_a_report(tmp_path: Path) -> None:
    listing = "".join(f"module_{n}.py holds class Thing{n}\n" for n in range(400)) + HOSTILE
    messages = [
        {"role": "user", "content": "Where is Thing7?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "ls", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": listing},
    ]
    result = Compressor(800).compress(messages)
    report = compression_report(messages, result)
    assert [v.state for v in report.steps[0].messages] == ["kept", "kept", "shortened"]
    assert sum(v.tokens_after for v in report.steps[0].messages) == result.tokens_after
    write_compression_report(tmp_path / "r.html", messages, result)
    assert listing in carried((tmp_path / "r.html").read_text(encoding="utf-8"))["texts"]


def reason(start: int, end: int, **fields: Any) -> Reason:
    chosen = {
        "message": 0,
        "part": 0,
        "kind": "line",
        "tokens": 2,
        "score": 0.5,
        "shown": None,
        "why": "fits",
        **fields,
    }
    return Reason(start=start, end=end, **chosen)


def test_stretches_are_cut_where_the_reason_changes() -> None:
    original = text("tool", "one\ntwo\nthree\nfour\nfive\nsix")
    sent = text("tool", "one\n…\nsix\n[9 tokens elided]")
    reasons = [
        reason(0, 4, shown="full", why="worth its tokens"),
        reason(4, 8, why="not worth its tokens"),
        reason(8, 14, why="repeated below"),
        reason(14, 19, shown="condensed", why="worth its tokens"),
        reason(24, 27, shown="full", why="worth its tokens"),
    ]
    plan = Plan(shown={original.digest: ()})
    (found,) = MessageViews(COUNT).of([original], [sent], plan, reasons)
    assert [(span.kind, span.text, span.reason and span.reason.why) for span in found.spans] == [
        ("kept", "one\n", "worth its tokens"),
        ("added", "…\n", None),
        ("dropped", "two\n", "not worth its tokens"),
        ("merged", "three\n", "repeated below"),
        ("condensed", "four\n", "worth its tokens"),
        ("dropped", "five\n", None),
        ("kept", "six", "worth its tokens"),
        ("added", "\n[9 tokens elided]", None),
    ]


@given(
    st.text(alphabet="ab\n", max_size=30),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6),
)
def test_reasons_change_no_text(words: str, lengths: list[tuple[int, int]]) -> None:
    at, reasons = 0, []
    for gap, length in lengths:
        reasons.append(reason(at + gap, min(at + gap + length, len(words))))
        at += gap + length
    (found,) = MessageViews(COUNT).of([text("tool", words)], [text("tool", words)], Plan(), reasons)
    assert "".join(span.text for span in found.spans) == words


@settings(max_examples=EXAMPLES // 12, suppress_health_check=list(HealthCheck))
@given(conversations(), st.integers(60, 1_500))
def test_a_run_grows_by_what_is_sent(messages: Messages, budget: int) -> None:
    compressor, plan, growing = Compressor(Budget.for_long_run(budget)), Plan(), GrowingReport(COUNT)
    results = []
    for end in range(1, len(messages) + 1):
        try:
            result = compressor.compress(messages[:end], plan=plan)
        except BudgetExceededError:
            return
        reasons = compressor.explain(messages[:end], plan=plan)
        growing.add(
            compressor.read(messages[:end]),
            compressor.read(result.messages),
            result.plan,
            action="next",
            ceiling=result.ceiling,
            evicted=result.evicted,
            reasons=reasons,
        )
        plan = result.plan
        results.append(result)
    steps = growing.report("t").steps
    assert [one.after for one in steps] == [result.tokens_after for result in results]
    assert [one.before for one in steps] == [result.tokens_before for result in results]
    assert [sum(one.sent.values()) for one in steps] == [one.after for one in steps]
    assert [sum(one.held.values()) for one in steps] == [one.before for one in steps]
    assert all(one.cache_kept <= one.after for one in steps)
    assert [any(event.kind == "evicted" for event in one.events) for one in steps] == [
        result.evicted for result in results
    ]


def test_what_is_asked_back_and_what_comes_back_unasked_are_events() -> None:
    call = ToolCall(id="r", name="recall", arguments='{"question": "why?"}')
    task, asked = text("user", "task"), text("assistant", "", calls=(call,))
    answer = text("tool", "because", call_id="r")
    note = Note(place="end", text="[recalled from read({})]\nline 7")
    shown = text("tool", f"because\n{note.text}", call_id="r")
    growing = GrowingReport(COUNT)
    growing.add([task], [task], Plan(), action="ask", ceiling=99)
    plan = Plan(notes={answer.digest: (note,)})
    for _ in range(2):
        growing.add([task, asked, answer], [task, asked, shown], plan, action="answer", ceiling=99)
    first, second, third = growing.report("t").steps
    assert second.events == (
        Event(kind="recalled", text='{"question": "why?"}'),
        Event(kind="returned", text="read({})"),
    )
    assert not (*first.events, *third.events)
    assert second.sent["recalled"] == COUNT.message(shown)


def test_what_an_agent_did_is_told_in_a_line_however_long_it_was() -> None:
    growing = GrowingReport(COUNT)
    call = ToolCall(id="r", name="recall", arguments=f'{{"question": "{"x" * 10_000}"}}')
    held = [text("user", "go"), text("assistant", "", calls=(call,)), text("tool", "none", call_id="r")]
    growing.add(held, held, Plan(), action="y" * 10_000, ceiling=100_000)
    [step] = growing.report("").steps
    [event] = step.events
    assert (len(step.action), len(event.text)) == (200, 200)
    assert step.action.endswith("y…")
