"""The HTML report: complete, self-contained, and harmless whatever it shows."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from agentcompress.report.chart import context_chart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentcompress import Budget, BudgetExceededError, Compressor
from agentcompress.report.frames import FrameViews
from agentcompress.report.html import compression_report, write_compression_report, write_report
from agentcompress.report.run import MessageView, RunReport, Span, StepReport
from agentcompress.report.views import message_views, spans
from agentcompress.tokens import RequestCounter
from agentcompress.values import Message, Note, Part, Plan, ToolCall

from .conversations import Messages, conversations
from .helpers import EXAMPLES

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7 * 7 }}"

FRAMES = FrameViews(RequestCounter.for_model(None))


def cost(message: Message) -> int:
    return len(message.said)


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
    spans_of = tuple(Span(kind=kind, text=HOSTILE) for kind in ("kept", "elided", "added"))
    hostile = view(HOSTILE, role=HOSTILE, label=HOSTILE, spans=spans_of)
    report = RunReport(
        title=HOSTILE, ceiling=400, steps=[step(hostile, action=HOSTILE)] * 2, notes=[(HOSTILE, HOSTILE)]
    )
    html = page(report, tmp_path)
    found = tags(html)
    assert not {"script", "img", "iframe", "link", "object"} & set(found.names)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert html.count("&lt;script&gt;alert(1)") >= 8
    assert "{{ 7 * 7 }}" in html


def test_the_file_reaches_for_nothing_outside_itself(tmp_path: Path) -> None:
    html = page(RunReport(title="t", ceiling=400, steps=[step(view("x"))]), tmp_path)
    assert not {"src", "srcset", "action", "data"} & {name for name, _ in tags(html).attributes}
    assert all(value and value.startswith("#") for name, value in tags(html).attributes if name == "href")
    assert not re.search(r"url\(|@import|https?://", html)
    assert "default-src 'none'" in html


def test_links_lead_to_steps_that_are_there(tmp_path: Path) -> None:
    html = page(RunReport(title="t", ceiling=400, steps=[step(view("x"))] * 3), tmp_path)
    attributes = tags(html).attributes
    targets = {f"#{value}" for name, value in attributes if name == "id"}
    assert (
        {value for name, value in attributes if name == "href"}
        == targets
        == {"#step-1", "#step-2", "#step-3"}
    )


def test_a_message_that_stands_as_before_is_not_repeated_until_the_last_step(tmp_path: Path) -> None:
    steps = [
        step(view("alpha beta")),
        step(view("alpha beta"), view("gamma delta")),
        step(view("alpha beta")),
    ]
    html = page(RunReport(title="t", ceiling=400, steps=steps), tmp_path)
    assert html.count("alpha beta") == 2
    assert html.count("gamma delta") == 1
    assert html.count("1 message as before") == 1


def test_text_that_has_no_utf8_is_written_all_the_same(tmp_path: Path) -> None:
    html = page(RunReport(title="t", ceiling=1, steps=[step(view("a\ud800b\x00c"))]), tmp_path)
    assert "a&#55296;b" in html


@pytest.mark.parametrize("steps", [[], [step()], [step(before=0, after=0, cache_kept=0)]])
def test_runs_with_nothing_in_them_have_a_report(steps: list[StepReport], tmp_path: Path) -> None:
    assert "</html>" in page(RunReport(title="t", ceiling=1, steps=steps), tmp_path)


def test_a_long_run_stays_small(tmp_path: Path) -> None:
    seen = [view(f"line {n}\n" * 20) for n in range(40)]
    steps = [step(*seen, action=f"step {n}") for n in range(2_000)]
    assert len(page(RunReport(title="t", ceiling=400, steps=steps), tmp_path)) < 5_000_000


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 200_000)), max_size=60), st.integers(1, 10**9)
)
def test_bars_and_lines_stay_inside_the_chart(sizes: list[tuple[int, int]], ceiling: int) -> None:
    steps = [step(before=max(a, b), after=min(a, b), cache_kept=min(a, b) // 2) for a, b in sizes]
    chart = context_chart(RunReport(title="t", ceiling=ceiling, steps=steps))
    heights = [chart.ceiling, *(height for height, _ in chart.grid)]
    for bar in chart.bars:
        heights += [bar.before, bar.after, bar.cached]
        assert 0 <= bar.x <= bar.x + bar.width <= 100
        assert bar.cached <= bar.after <= bar.before
    assert all(0 <= height <= 220 for height in heights)
    assert len(chart.grid) <= 4


LINES = st.lists(st.text(alphabet="ab …[]1\n", max_size=8), max_size=12)


@given(LINES, st.data())
def test_spans_lose_nothing_of_either_side(lines: list[str], data: st.DataObject) -> None:
    original = "\n".join(lines)
    kept = data.draw(st.lists(st.sampled_from(lines), max_size=6)) if lines else []
    shown = "\n…\n".join(kept) + "\n[12 tokens elided]"
    found = list(spans(original, shown))
    assert "".join(span.text for span in found if span.kind != "added") == original
    assert "".join(span.text for span in found if span.kind != "elided") == shown


def test_a_shortened_text_is_told_apart_stretch_by_stretch() -> None:
    found = [
        (span.kind, span.text) for span in spans("one\ntwo\nthree\nfour", "one\n…\nthree\n[5 tokens elided]")
    ]
    assert found == [
        ("kept", "one\n"),
        ("added", "…\n"),
        ("elided", "two\n"),
        ("kept", "three\n"),
        ("added", "[5 tokens elided]"),
        ("elided", "four"),
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
    views = message_views([task, old, older, new, result], sent, plan, cost=cost, frames=FRAMES)
    assert [(v.role, v.state) for v in views] == [
        ("user", "kept"),
        ("assistant", "added"),
        ("assistant", "folded"),
        ("tool", "folded"),
        ("assistant", "kept"),
        ("tool", "shortened"),
    ]
    assert views[2].label == views[3].label == "old({})"
    assert (views[3].tokens_before, views[3].tokens_after) == (4, 0)
    with pytest.raises(ValueError, match="the plan makes 5 of these 5 messages, and 4 were sent"):
        message_views([task, old, older, new, result], sent, Plan(), cost=cost, frames=FRAMES)


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
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "characters elided" in html
    assert "<script" not in html
