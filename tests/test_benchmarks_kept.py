"""What the pages say is kept is what the committed run found."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agentcompress.errors import InvalidInputError
from benchmarks.block import Block
from benchmarks.kept import run
from benchmarks.kept.results import RESULTS, Results
from benchmarks.kept.table import GUIDE, README, short, whole

from .helpers import TASK, listing, step


@pytest.fixture
def data(tmp_path: Path) -> str:
    messages = [TASK, *step(1, listing("first")), *step(2, listing("second")), *step(3, listing("third"))]
    path = tmp_path / "traj_made.jsonl"
    path.write_text(json.dumps({"id": "run", "source": "made", "messages": messages}), encoding="utf-8")
    return str(path)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def call(*arguments: str) -> None:
        monkeypatch.setattr("sys.argv", ["run", *arguments])
        run.main()

    return call


def test_a_run_goes_on_where_it_stopped(
    data: str, tmp_path: Path, command: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.json"
    command(data, "--results", str(path))
    results = Results.read(path)
    assert results.files == ["traj_made.jsonl"]
    assert [(one["policy"], one["budget"], one["mode"] == "stateful") for one in results.runs] == [*run.RUNS]
    assert all(one["macro"]["steps"] for one in results.runs)
    assert results.version
    results.runs.pop()
    results.write(path)
    capsys.readouterr()
    command(data, "--results", str(path))
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert len(Results.read(path).runs) == len(run.RUNS)


def test_figures_of_other_files_do_not_mix(
    data: str, tmp_path: Path, command: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.json"
    Results(files=["traj_other.jsonl"]).write(path)
    with pytest.raises(SystemExit):
        command(data, "--results", str(path))
    assert "figures of other files" in capsys.readouterr().err
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="no file of results"):
        Results.read(path)


def test_a_run_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match=r"agentcompress at 0\.25 is missing"):
        short(Results())


def test_the_pages_say_what_the_committed_run_found() -> None:
    results = Results.read(RESULTS)
    assert README.has(short(results))
    assert GUIDE.has(whole(results))


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    block = Block(page=tmp_path / "page.md", name="part", command="do")
    with pytest.raises(ValueError, match=r"page\.md lacks <!-- part: do -->"):
        block.put("nothing", "made")
    block.page.write_text("a <!-- part: do -->old<!-- /part --> b", encoding="utf-8")
    assert not block.has("new")
    block.write("new")
    assert block.page.read_text(encoding="utf-8") == "a <!-- part: do -->\n\nnew\n\n<!-- /part --> b"
    assert block.has("new")
