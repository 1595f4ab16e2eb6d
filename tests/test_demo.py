"""The demo: honest tools, a model that knows only what it sees, and a task that is checked."""

import json
import re
import runpy
import subprocess
import sys
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import ToolException
from rich.console import Console

from agentcompress import AgentCompressError, Compressor, InvalidInputError, MissingDependencyError
from agentcompress.demo import run_demo
from agentcompress.demo.investigation import next_message
from agentcompress.demo.measured import Measure
from agentcompress.demo.play import Run, play
from agentcompress.demo.scripted_model import ScriptedModel
from agentcompress.demo.task import FINDINGS, SUBJECTS, task_text
from agentcompress.demo.tools import grep, list_packages, package_metadata, read_file, run_python
from agentcompress.demo.truth import truth, wrong_facts
from agentcompress.report.page import write_report
from agentcompress.report.run import RunReport
from agentcompress.tokens import UNKNOWN, RequestCounter

from .reports import carried

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))
ANSWERS = {
    "answer_from_documents": "Valve 17 opens at 51 bar.",
    "remember": "certificate of shop-2 ends on 2025-04-12",
    "wrap_agent": "Order A-377",
}
"""What some examples have to find out."""


@dataclass(kw_only=True)
class Demo:
    """What one run of the demo did."""

    code: int = -1
    printed: str = ""
    html: str = ""
    runs: list[Run] = field(default_factory=list)
    reports: list[RunReport] = field(default_factory=list)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    seen = Demo()
    path = tmp_path_factory.mktemp("demo") / "report.html"
    out = StringIO()

    def playing(*arguments: Any) -> Run:
        seen.runs.append(play(*arguments))
        return seen.runs[-1]

    def writing(report: RunReport, path: Path) -> None:
        seen.reports.append(report)
        write_report(report, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agentcompress.demo.run.play", playing)
        patch.setattr("agentcompress.demo.run.write_report", writing)
        seen.code = run_demo(None, path, Console(file=out, width=100))
    seen.printed, seen.html = out.getvalue(), path.read_text(encoding="utf-8")
    return seen


@pytest.fixture(scope="module")
def plain(demo: Demo) -> Run:
    return demo.runs[0]


def test_the_task_is_long_enough_to_need_compression(plain: Run) -> None:
    assert 15 <= len(plain.calls) <= 25
    assert Measure(counter=RequestCounter.for_model(None)).peak(plain.calls) >= 60_000


def test_the_uncompressed_run_finds_every_fact(plain: Run) -> None:
    assert plain.verdict == f"solved, {len(FINDINGS) * len(SUBJECTS)} of {plain.facts} facts right"


def test_the_compressed_run_finds_every_fact_within_a_quarter(demo: Demo, plain: Run) -> None:
    (report,) = demo.reports
    assert demo.runs[1].solved, demo.runs[1].verdict
    quarter = Measure(counter=RequestCounter.for_model(UNKNOWN)).peak(plain.calls) // 4
    assert all(step.after <= step.ceiling <= quarter for step in report.steps)
    assert any(step.after < step.before for step in report.steps)
    assert any(step.evicted for step in report.steps)


def test_steps_are_counted_as_the_compressor_counts(plain: Run) -> None:
    call = plain.calls[8]
    (step,) = Measure(counter=RequestCounter.for_model(None)).steps([call])
    result = Compressor(10_000).compress(call.held, tools=call.tools)
    assert step.before == step.after == result.tokens_before
    assert step.cache_kept == 0


def test_a_result_that_the_provider_refused_is_passed_over(plain: Run) -> None:
    call = plain.calls[8]
    refused, taken = (Compressor(limit).compress(call.held, tools=call.tools) for limit in (9_000, 5_000))
    sent = replace(call, sent=taken.messages)
    (step,) = Measure(counter=RequestCounter.for_model(None)).steps([sent], [refused, taken])
    assert step.evicted
    assert step.after == taken.tokens_after < refused.tokens_after
    assert sum(view.state == "folded" for view in step.messages) == taken.folded


def test_a_run_that_only_grows_is_kept_by_the_cache_whole(plain: Run) -> None:
    steps = Measure(counter=RequestCounter.for_model(None)).steps(plain.calls)
    assert [step.cache_kept for step in steps[1:]] == [step.after for step in steps[:-1]]


def test_without_most_of_its_context_the_agent_fails() -> None:
    class Forgetful(AgentMiddleware[Any, Any, Any]):
        def wrap_model_call(self, request: Any, handler: Any) -> Any:
            return handler(request.override(messages=[request.messages[0], *request.messages[1:][-2:]]))

    run = play(ScriptedModel(), SUBJECTS, lambda call: None, Forgetful())
    assert not run.solved
    assert run.verdict.startswith("failed")


def test_the_model_is_a_pure_function_of_the_messages(plain: Run) -> None:
    """Asked backwards, by a model that has seen nothing else, it says the same."""
    model = ScriptedModel()
    for call in reversed(plain.calls):
        assert _plain(model.invoke(call.sent)) == _plain(call.answer)
        assert _plain(ScriptedModel().invoke(call.sent)) == _plain(call.answer)


def test_paths_names_and_values_come_out_of_the_results_in_sight(plain: Run) -> None:
    """With every result and note gone, no call that needs a fact is made."""
    needy = {"read_file", "package_metadata", "run_python"}
    asked = [call for call in plain.calls if {c["name"] for c in call.answer.tool_calls} & needy]
    assert len(asked) == 4 * len(SUBJECTS)
    for call in asked:
        blind = next_message([_elided(message) for message in call.sent])
        assert not {c["name"] for c in blind.tool_calls} & needy


def test_what_stays_out_of_sight_is_named_and_left_open(plain: Run) -> None:
    messages = [
        _elided(message)
        if isinstance(message, ToolMessage) and message.name == "package_metadata"
        else message
        for message in plain.calls[-1].sent
    ]
    looks = 0
    while (answer := next_message(messages)).tool_calls:
        looks += 1
        (call,) = answer.tool_calls
        assert call["name"] == "package_metadata"
        messages += [
            answer,
            ToolMessage("…\n[900 tokens elided]", name=call["name"], tool_call_id=call["id"]),
        ]
    assert looks == 3 * len(SUBJECTS)
    assert "I can no longer see: version of SandboxedEnvironment" in answer.text
    assert set(wrong_facts(answer.text, SUBJECTS)) == {
        f"{subject.name}: {key}" for subject in SUBJECTS for key in ("version", "licence", "requires_python")
    }


def test_the_check_accepts_the_truth_and_nothing_else() -> None:
    told = {s.name: {key: sorted(values)[0] for key, values in truth(s).items()} for s in SUBJECTS}
    assert wrong_facts(f"Done.\n```json\n{json.dumps(told)}\n```", SUBJECTS) == []
    told["RootModel"]["method_line"] += "0"
    assert wrong_facts(f"```json\n{json.dumps(told)}\n```", SUBJECTS) == ["RootModel: method_line"]


@pytest.mark.parametrize("answer", ["", "```json\n{nonsense}\n```", '```json\n{"RootModel": 3}\n```', "{}"])
def test_an_answer_of_another_shape_has_no_fact_right(answer: str) -> None:
    assert len(wrong_facts(answer, SUBJECTS)) == len(FINDINGS) * len(SUBJECTS)


def test_findings_and_truth_have_the_same_keys() -> None:
    assert all(list(truth(subject)) == list(FINDINGS) for subject in SUBJECTS)
    assert all(key in task_text(SUBJECTS) for key in FINDINGS)


def test_tools_speak_of_what_is_installed() -> None:
    assert "pydantic  pydantic  " in list_packages()
    assert read_file("rich/__init__.py", 1, 2).splitlines()[0].startswith("    1  ")
    assert grep(r"^def run_demo\(", "agentcompress").startswith("agentcompress/demo/__init__.py:")
    assert json.loads(package_metadata("rich"))["name"] == "rich"
    assert run_python("print(6 * 7)") == "42\n"


@pytest.mark.parametrize(
    "path",
    ["rich/../../../../etc/passwd", "/etc/passwd", "rich/nothing.py", "rich/py.typed", "nopackage/x.py", ""],
)
def test_only_sources_of_packages_can_be_read(path: str) -> None:
    with pytest.raises(ToolException):
        read_file(path)


@pytest.mark.parametrize("pattern", ["(", "[a"])
def test_a_bad_pattern_is_told_to_the_model(pattern: str) -> None:
    with pytest.raises(ToolException):
        grep(pattern, "rich")


def test_snippets_do_not_see_the_keys_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    assert run_python("import os; print(os.environ.get('ANTHROPIC_API_KEY'))") == "None\n"
    with pytest.raises(ToolException, match="ZeroDivisionError"):
        run_python("1 / 0")


def test_the_demo_prints_its_tables_and_writes_its_report(demo: Demo) -> None:
    assert demo.code == 0
    assert "cache-kept" in demo.printed
    assert demo.printed.count("39 of 39") >= 2
    assert "<!doctype html>" in demo.html
    assert len(carried(demo.html)["steps"]) == len(demo.runs[1].calls)


def test_the_report_of_the_demo_says_why(demo: Demo) -> None:
    (report,) = demo.reports
    spans = [span for step in report.steps for view in step.messages for span in view.spans]
    left = [span for span in spans if span.kind in ("condensed", "merged", "dropped")]
    assert len(left) > 100
    assert sum(span.reason is not None for span in left) > 0.9 * len(left)
    assert any(event.kind == "evicted" for step in report.steps for event in step.events)


def test_a_model_that_cannot_be_used_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(MissingDependencyError, match="cannot use the model 'nowhere:x'") as caught:
        run_demo("nowhere:x", tmp_path / "r.html", Console(file=StringIO()))
    assert "\n" not in str(caught.value)


def test_a_provider_that_fails_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ScriptedModel):
        def _generate(self, *args: Any, **kwargs: Any) -> Any:
            raise RuntimeError("no key\nand a long story")

    monkeypatch.setattr("agentcompress.demo.run.init_chat_model", lambda name: Broken())
    with pytest.raises(AgentCompressError, match=r"^some:model failed: no key$"):
        run_demo("some:model", tmp_path / "r.html", Console(file=StringIO()))


def test_a_report_without_a_place_is_refused_before_anything_runs(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "r.html"):
        with pytest.raises(InvalidInputError, match="no place"):
            run_demo(None, path, Console(file=StringIO()))


def test_importing_the_demo_loads_neither_langchain_nor_rich() -> None:
    code = "import sys, agentcompress.demo; print({'langchain', 'langchain_core', 'rich'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_run(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(path)])
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr().out
    assert printed.strip()
    assert ANSWERS.get(path.stem, "") in printed


def test_the_agent_that_looks_at_screens_says_what_became_of_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = (path for path in EXAMPLES if path.stem == "screens")
    monkeypatch.setattr(sys, "argv", [str(path), str(tmp_path / "frames.html")])
    runpy.run_path(str(path), run_name="__main__")
    printed, html = capsys.readouterr().out, (tmp_path / "frames.html").read_text(encoding="utf-8")
    fates = [line.split(": ", 1)[1] for line in printed.splitlines() if re.match(r" *[A-Z][\w ]+: ", line)]
    assert len(fates) == 10
    assert fates[-1] == "full, 1,036 tokens"
    for kind in ("dropped", "1024 x 768 → ", "repeated below", "lines as text"):
        assert any(kind in fate for fate in fates)
    assert [frame[0] for view in carried(html)["views"] for frame in view[7]] == fates


def _elided(message: BaseMessage) -> BaseMessage:
    if isinstance(message, ToolMessage):
        return message.model_copy(update={"content": "…\n[900 tokens elided]"})
    if isinstance(message, AIMessage):
        return message.model_copy(update={"content": message.text.splitlines()[0]})
    return message


def _plain(message: AIMessage) -> tuple[str, Any]:
    return message.text, message.tool_calls
