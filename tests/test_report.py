"""The HTML report: complete, self-contained, and harmless whatever it shows."""

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.report.packing import packed
from agentcompress.report.page import MOST_BYTES, RunPage, write_report
from agentcompress.report.run import Event, RunReport, Span, StepReport

from .reports import HOSTILE, KINDS, carried, listed, step, view


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
