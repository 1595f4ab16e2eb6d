"""The HTML report: complete, self-contained, and harmless whatever it shows."""

import gzip
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentcompress import Budget, BudgetExceededError, Compressor
from agentcompress.report.growing import GrowingReport
from agentcompress.report.html import compression_report, write_compression_report
from agentcompress.report.packing import packed
from agentcompress.report.page import MOST_BYTES, RunPage, write_report
from agentcompress.report.run import Event, MessageView, RunReport, Span, SpanKind, StepReport
from agentcompress.report.views import MessageViews, spans
from agentcompress.tokens import RequestCounter
from agentcompress.values import Message, Note, Part, Plan, Reason, ToolCall

from .conversations import Messages, conversations
from .helpers import EXAMPLES

HOSTILE = "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7 * 7 }}"

COUNT = RequestCounter.for_model(None)
KINDS: tuple[SpanKind, ...] = ("kept", "condensed", "merged", "dropped", "added")


def text(role: Any, words: str, **fields: Any) -> Message:
    return Message(role=role, parts=(Part(kind="text", text=words),), **fields)


def view(words: str, **fields: Any) -> MessageView:
    given_fields = {
        "role": "tool",
        "label": "read()",
        "state": "kept",
        "tokens_before": 9,
        "tokens_after": 9,
        "spans": (Span(kind="kept", text=words),),
        **fields,
    }
    return MessageView(**given_fields)


def step(*messages: MessageView, **fields: Any) -> StepReport:
    figures = {
        "action": "look",
        "ceiling": 400,
        "before": 900,
        "after": 300,
        "cache_kept": 100,
        "milliseconds": 1.5,
        "evicted": True,
        **fields,
    }
    return StepReport(messages=messages, **figures)


def page(report: RunReport, folder: Path) -> str:
    write_report(report, folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


def carried(html: str, run: int = 1) -> dict[str, Any]:
    """The data that a page carries for a run."""
    found = re.search(rf'id="run-{run}">([^<]*)<', html)
    assert found
    data: dict[str, Any] = json.loads(gzip.decompress(b64decode(found[1])))
    return data


def listed(data: dict[str, Any]) -> list[list[int]]:
    """The views of each request, as the page reads them."""
    lists: list[list[int]] = []
    now: list[int] = []
    for *_, keep, runs in data["steps"]:
        pairs = zip(runs[::2], runs[1::2], strict=True)
        now = now[:keep] + [number for first, last in pairs for number in range(first, last + 1)]
        lists.append(now)
    return lists


class Tags(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs


def tags(html: str) -> Tags:
    parser = Tags()
    parser.feed(html)
    return parser


def test_everything_shown_is_escaped(tmp_path: Path) -> None:
    spans_of = tuple(Span(kind=kind, text=HOSTILE) for kind in KINDS)
    hostile = view(HOSTILE, role=HOSTILE, label=HOSTILE, spans=spans_of)
    events = (Event(kind="recalled", text=HOSTILE),)
    made = RunReport(
        title=HOSTILE, steps=[step(hostile, action=HOSTILE, events=events)] * 2, notes=[(HOSTILE, HOSTILE)]
    )
    runs = RunPage(HOSTILE)
    runs.add(made)
    runs.add(made)
    runs.write(tmp_path / "r.html")
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    found = tags(html)
    assert found.names.count("script") == 3
    assert not {"img", "iframe", "link", "object"} & set(found.names)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert "{{ 7 * 7 }}" in html
    assert HOSTILE in carried(html, 2)["texts"]


def test_the_page_runs_its_own_script_and_nothing_else(tmp_path: Path) -> None:
    html = page(RunReport(title="t", steps=[step(view("x"))]), tmp_path)
    assert not {"src", "srcset", "action", "data", "style"} & {name for name, _ in tags(html).attributes}
    assert all(value and value.startswith("#") for name, value in tags(html).attributes if name == "href")
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)
    (policy,) = (value for _, value in tags(html).attributes if value and "default-src 'none'" in value)
    for name in ("script", "style"):
        inline = re.findall(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)
        hashed = b64encode(sha256(inline[0].encode()).digest()).decode()
        assert len(inline) == 1
        assert f"{name}-src 'sha256-{hashed}'" in policy


def test_a_text_is_carried_once_and_each_request_as_what_changed(tmp_path: Path) -> None:
    one, two = view("alpha beta"), view("gamma delta")
    short = view(
        "alpha beta",
        state="shortened",
        spans=(Span(kind="kept", text="alpha "), Span(kind="dropped", text="beta")),
    )
    steps = [step(one), step(one, two), step(short, two), step(short, two, one)]
    data = carried(page(RunReport(title="t", steps=steps), tmp_path))
    assert data["texts"] == ["alpha beta", "gamma delta"]
    assert listed(data) == [[0], [0, 1], [2, 1], [2, 1, 0]]
    assert [entry[-2] for entry in data["steps"]] == [0, 1, 0, 2]


@given(st.lists(st.lists(st.integers(0, 9), max_size=12), max_size=8))
def test_requests_come_back_whatever_changed(runs: list[list[int]]) -> None:
    views = [view(f"text {number}") for number in range(10)]
    made = RunReport(title="t", steps=[step(*(views[number] for number in run)) for run in runs])
    data = json.loads(gzip.decompress(packed(made, MOST_BYTES)))
    texts = [[data["texts"][data["views"][number][5]] for number in one] for one in listed(data)]
    assert texts == [[f"text {number}" for number in run] for run in runs]


def test_text_that_has_no_utf8_is_written_all_the_same(tmp_path: Path) -> None:
    html = page(RunReport(title="a\ud800b", steps=[step(view("a\ud800b\x00c"))]), tmp_path)
    assert "a&#55296;b" in html
    assert carried(html)["texts"] == ["a\ud800b\x00c"]


def test_stretches_are_measured_as_a_browser_does(tmp_path: Path) -> None:
    stretches = (Span(kind="kept", text="a😀"), Span(kind="dropped", text="é"))
    data = carried(page(RunReport(title="t", steps=[step(view("", spans=stretches))]), tmp_path))
    assert data["views"][0][6] == [[0, 3], [3, 1]]


@pytest.mark.parametrize("steps", [[], [step()], [step(before=0, after=0, cache_kept=0)]])
def test_runs_with_nothing_in_them_have_a_report(steps: list[StepReport], tmp_path: Path) -> None:
    assert "</html>" in page(RunReport(title="t", steps=steps), tmp_path)


def test_a_long_run_stays_small(tmp_path: Path) -> None:
    seen = [view(f"line {n}\n" * 20) for n in range(40)]
    steps = [step(*seen, action=f"step {n}") for n in range(2_000)]
    assert len(page(RunReport(title="t", steps=steps), tmp_path)) < 400_000


def noise(name: str) -> str:
    """A text that no packing makes smaller."""
    return b64encode(b"".join(sha256(f"{name} {part}".encode()).digest() for part in range(300))).decode()


def test_a_run_too_large_loses_the_middle_of_its_texts() -> None:
    whole = [noise(str(number)) for number in range(9)]
    data = json.loads(gzip.decompress(packed(RunReport(title="t", steps=[step(*map(view, whole))]), 30_000)))
    assert data["clip"] == 2_500
    for text, (head, tail, length) in zip(whole, data["texts"], strict=True):
        assert (text.startswith(head), text.endswith(tail), length) == (True, True, len(text))
        assert len(head) + len(tail) == data["clip"]


def test_a_run_that_has_no_room_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentcompress.report.page.MOST_BYTES", 200_000)
    runs = RunPage("many")
    for number in range(4):
        views = [view(noise(f"{number} {place}")) for place in range(7)]
        runs.add(RunReport(title=f"run {number}", steps=[step(*views)]))
    runs.add(RunReport(title="a short one", steps=[step(view("x"))]))
    runs.write(tmp_path / "r.html")
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert sum(map(len, re.findall(r'id="run-\d">([^<]*)<', html))) <= 200_000
    assert re.findall(r"<option[^>]*>([^<]*)<", html) == ["run 0", "run 1", "a short one"]
    assert "2 more runs had no room in this file" in html


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
