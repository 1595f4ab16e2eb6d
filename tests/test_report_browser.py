"""The HTML report in a real browser: it is drawn without an error, and answers to search and keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentcompress import Budget, Compressor
from agentcompress.messages import OpenAICodec
from agentcompress.report.growing import GrowingReport
from agentcompress.report.page import RunPage
from agentcompress.report.run import RunReport
from agentcompress.tokens import RequestCounter
from agentcompress.values import Plan
from benchmarks.chromium import BINARY, Tab, browser

from .pictures import block, encoded, screen
from .reports import HOSTILE

STEPS = 24
COUNT = RequestCounter.for_model(None, image_model="claude-3-5-sonnet")


def turns(number: int) -> list[dict[str, Any]]:
    """A call, and a result with lines that nobody else has."""
    name, arguments = (
        ("recall", '{"question": "which depot?"}') if number == 20 else ("look", f'{{"at": {number}}}')
    )
    call = {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
    lines = "\n".join(f"depot {number}-{line} holds crate-{number * 1000 + line * 7}" for line in range(40))
    content: Any = f"{HOSTILE if number == 3 else ''}\n{lines} 😀"
    if number % 8 == 7:
        content = [{"type": "text", "text": content}, block(encoded(screen(number)))]
    return [
        {"role": "assistant", "content": f"Look at depot {number}.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"c{number}", "content": content},
    ]


def run() -> RunReport:
    """A run under a tight ceiling, explained."""
    codec, plan, growing = OpenAICodec(), Plan(), GrowingReport(COUNT)
    compressor = Compressor(Budget.for_long_run(4_000), counter=COUNT)
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Where is crate-11217?"}]
    for number in range(STEPS):
        result = compressor.compress(messages, plan=plan)
        reasons = compressor.explain(messages, plan=plan)
        growing.add(
            list(map(codec.read, messages)),
            list(map(codec.read, result.messages)),
            result.plan,
            action=f"look at depot {number}",
            ceiling=result.ceiling,
            evicted=result.evicted,
            reasons=reasons,
        )
        plan = result.plan
        messages += turns(number)
    return growing.report(f"Crates {HOSTILE}")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "r.html"
    made = run()
    page = RunPage("Crates")
    page.add(made)
    page.add(RunReport(title="one request", steps=made.steps[-1:]))
    page.add(RunReport(title="none", steps=[]))
    page.write(path)
    return path


@pytest.fixture(scope="module")
def one_tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    if BINARY is None:
        pytest.skip("no Chromium on this machine: the report is not opened")
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.fixture
def tab(one_tab: Tab) -> Iterator[Tab]:
    one_tab.size(1_280, 900)
    one_tab.problems.clear()
    yield one_tab
    assert not one_tab.problems


def count(tab: Tab, selector: str) -> int:
    found: int = tab.run(f"document.querySelectorAll({selector!r}).length")
    return found


def said(tab: Tab, selector: str) -> str:
    found: str = tab.run(f"document.querySelector({selector!r})?.innerText ?? ''")
    return found


def test_a_run_is_drawn(tab: Tab, report: Path) -> None:
    tab.open(report)
    assert count(tab, ".pane .step") == STEPS
    assert count(tab, ".chart path.hue") >= 5
    assert said(tab, ".figures").startswith("fewer tokens in these requests")
    assert "asked back" in said(tab, ".figures")
    assert (
        said(tab, ".request h2")
        == f"Step {tab.run('page.run.steps.findLastIndex((one) => one.evicted)') + 1}"
    )
    assert count(tab, ".message") > 0


def test_what_a_run_says_stays_text(tab: Tab, report: Path) -> None:
    tab.open(report, "#step=6")
    tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    tab.run("new Promise((done) => setTimeout(done, 100))")
    assert "<script>alert(1)</script>" in tab.run("document.body.textContent")
    assert count(tab, "img, main script, iframe") == 0


def test_a_letter_is_marked_in_a_text_of_any_length(tab: Tab, report: Path) -> None:
    tab.open(report)
    assert (
        tab.run("make('pre', null, marked('e '.repeat(200_000), 'e')).querySelectorAll('mark').length")
        == 200_000
    )


def test_search_finds_what_left_the_prompt(tab: Tab, report: Path) -> None:
    tab.open(report, "#q=CRATE-5014")
    assert count(tab, ".hit") == 1
    assert "depot 5-2 holds crate-5014" in said(tab, ".hit")
    tab.run("document.querySelector('#query').focus()")
    tab.press("Enter")
    assert said(tab, ".message[open] mark") == "crate-5014"
    assert "step=7" in tab.run("location.hash")
    tab.open(report, "#q=look({%22at%22:+9})")
    assert 'assistant\nlook({"at": 9})\nstep 11' in said(tab, "#hits")
    tab.open(report, "#q=no+such+words")
    assert said(tab, "#hits") == "Nothing found"


def test_keys_go_from_step_to_step(tab: Tab, report: Path) -> None:
    tab.open(report, "#step=5")
    for key, step in (("j", 6), ("j", 7), ("k", 6)):
        tab.press(key)
        assert said(tab, ".request h2") == f"Step {step}"
    tab.run("document.querySelector('.chart').focus()")
    tab.press("ArrowRight")
    assert tab.run("document.querySelector('.chart').ariaValueNow") == "7"
    assert said(tab, "[aria-current]").startswith("7")
    tab.press("/")
    assert tab.run("document.activeElement.id") == "query"


def test_a_stretch_says_why_it_is_shown_or_not(tab: Tab, report: Path) -> None:
    tab.open(report)
    tab.run("document.querySelector('.message.shortened').open = true")
    tab.run("new Promise((done) => setTimeout(done, 100))")
    tab.run("document.querySelector('.message.shortened pre').focus()")
    reasons = set()
    for _ in range(6):
        tab.press("ArrowRight")
        reasons.add(said(tab, "#tip").split(" (")[0])
    assert {"kept: worth its tokens", "dropped: not worth its tokens"} & reasons
    box = tab.run("document.querySelector('.message.shortened pre [data-why]').getClientRects()[0].toJSON()")
    tab.run("tip.hide()")
    tab.call("Input.dispatchMouseEvent", type="mouseMoved", x=box["x"] + 2, y=box["y"] + 2)
    assert tab.run("document.querySelector('#tip').hidden") is False


def test_what_was_left_out_unfolds(tab: Tab, report: Path) -> None:
    tab.open(report)
    tab.run("document.querySelectorAll('.message.shortened').forEach((one) => { one.open = true })")
    tab.run("new Promise((done) => setTimeout(done, 100))")
    gaps = count(tab, ".message.shortened .gap[aria-expanded=false]")
    assert gaps
    tab.run("document.querySelector('.chips input').click()")
    assert count(tab, ".message.shortened .gap[aria-expanded=true]") == gaps
    assert count(tab, "pre del.dropped") >= gaps


def test_the_memory_has_its_list(tab: Tab, report: Path) -> None:
    tab.open(report)
    tab.run("document.querySelectorAll('.tabs button')[1].click()")
    told = said(tab, ".pane")
    assert "asked back" in told
    assert "which depot?" in told
    assert "eviction" in told


def test_images_are_drawn_with_their_fate(tab: Tab, report: Path) -> None:
    tab.open(report, "#run=2")
    fates = tab.run("[...document.querySelectorAll('.fate')].map((one) => one.innerText)")
    assert len(fates) == 2
    assert all(fate.startswith(("full", "dropped", "640 x 480 →")) for fate in fates)
    assert all(fate.splitlines()[1:] for fate in fates)
    assert tab.run("document.querySelector('.figure image').getBBox().width") == 640


def test_runs_can_be_chosen(tab: Tab, report: Path) -> None:
    tab.open(report, "#run=2")
    assert said(tab, ".timeline h2") == "Before and after"
    tab.open(report, "#run=3")
    assert "made no request" in said(tab, "#report")


@pytest.mark.parametrize("where", ["", "#run=2"])
@pytest.mark.parametrize("width", [320, 400, 768])
def test_a_narrow_window_needs_no_sideways_scrolling(tab: Tab, report: Path, width: int, where: str) -> None:
    tab.size(width, 800)
    tab.open(report, where)
    tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    tab.run("new Promise((done) => setTimeout(done, 100))")
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_the_colours_follow_the_system_until_they_are_chosen(tab: Tab, report: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    tab.open(report)
    light = tab.run(ground)
    tab.size(1_280, 900, dark=True)
    dark = tab.run(ground)
    assert light != dark
    tab.run("document.querySelector('#theme').click()")
    assert tab.run(ground) == light
    tab.open(report)
    assert tab.run(ground) == light
    tab.run("document.querySelector('#theme').click()")
    assert tab.run(ground) == dark
    tab.run("localStorage.clear()")
