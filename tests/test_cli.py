"""The command line, through real files and processes."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from agentcompress.evaluation.playing import ReplaySettings
from agentcompress.evaluation.policies import POLICY_NAMES
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.replay import Step
from agentcompress.report.replayed import ReportedReplay
from agentcompress.report.run import RunReport

from .commands import Command, WriteLines, fails, spawn
from .reports import carried

CALL = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": '{"path": "src/a.py"}'}}
CHAT: list[dict[str, Any]] = [
    {"role": "system", "content": "You fix bugs."},
    {"role": "user", "content": "Fix src/a.py"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {
        "role": "tool",
        "tool_call_id": "c1",
        "content": "\n".join(f"value_{number} = {number}" for number in range(400)),
    },
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "ok"},
    {"role": "assistant", "content": "Done."},
]
ORPHAN = [CHAT[1], CHAT[3], CHAT[6]]
RUN = {"id": "run/1", "source": "made", "messages": CHAT}


def test_replay_prints_json_for_machines(command: Command, write_lines: WriteLines, tmp_path: Path) -> None:
    data = write_lines("runs.jsonl.gz", [RUN])
    dump = tmp_path / "dump.jsonl.gz"
    done = command("replay", data, "--budget", 3000, "--policy", "last-tokens", "--json", "--dump", dump)
    assert (done.code, done.err) == (0, "")
    figures = json.loads(done.out)
    head = [figures[name] for name in ("policy", "budget", "mode", "prices", "image_model")]
    assert head == ["last-tokens", 3000, "stateful", "anthropic", None]
    assert figures["sources"]["made"]["steps"] == figures["macro"]["steps"] == 3
    with gzip.open(dump, "rt") as file:
        assert [json.loads(line)["step"] for line in file] == [2, 4, 6]


@pytest.mark.parametrize(
    ("options", "mode", "steps"),
    [
        (["--budget", "0.25"], "snapshot", 1),
        (["--budget", "0.25", "--stateful"], "stateful", 3),
        (["--budget", "2000"], "stateful", 3),
        (["--budget", "2000", "--snapshot"], "snapshot", 1),
    ],
)
def test_the_budget_decides_the_mode_unless_told(
    command: Command, write_lines: WriteLines, options: list[str], mode: str, steps: int
) -> None:
    data = write_lines("runs.jsonl", [RUN])
    figures = json.loads(command("replay", data, *options, "--policy", "full", "--json").out)
    assert (figures["mode"], figures["macro"]["steps"]) == (mode, steps)


def test_replay_prints_tables_for_people(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("runs.jsonl", [RUN])
    done = command("replay", data, "--budget", "3000", "--policy", "full", "--prices", "none")
    assert done.code == 0
    assert "full, budget 3000, stateful" in done.out
    assert "prompt cache (none prices)" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_replay_asks_back_what_it_dropped(command: Command, write_lines: WriteLines) -> None:
    asking = {**CALL, "id": "c2", "function": {"name": "get", "arguments": '{"name": "value_237"}'}}
    chat = [*CHAT[:-1], {"role": "assistant", "content": "What is value_237?", "tool_calls": [asking]}]
    data = write_lines("runs.jsonl", [{**RUN, "messages": chat}])
    done = command("replay", data, "--budget", "0.1", "--recall", "--encoder", "static")
    assert (done.code, done.err) == (0, "")
    assert "brought back" in done.out
    row = json.loads(command("replay", data, "--budget", "0.1", "--recall", "--json").out)["sources"]["made"]
    assert row["recalled"] == float(row["n_dropped"] > 0)


def test_replay_reads_standard_input(write_lines: WriteLines) -> None:
    with write_lines("runs.jsonl.gz", [RUN, RUN]).open("rb") as file:
        process = spawn("replay", "-", "--budget", "0.5", "--policy", "full", "--json", stdin=file)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["macro"]["steps"] == 2


def test_our_policy_keeps_to_the_ceiling(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("runs.jsonl", [RUN])
    for budget in ("0.25", "600"):
        macro = json.loads(command("replay", data, "--budget", budget, "--json").out)["macro"]
        broken = {name: macro[name] for name in ("over_ceiling", "broken_pairs", "base_lost", "skipped")}
        assert set(broken.values()) == {0}, broken
    done = command("replay", data, "--budget", "5", "--json")
    assert done.code == 0
    assert json.loads(done.out)["macro"]["skipped"] == 3


def test_compress_writes_the_form_it_read(command: Command, write_lines: WriteLines, tmp_path: Path) -> None:
    chat = write_lines("chat.jsonl", CHAT)
    done = command("compress", chat, "--budget", 600, "--query", "value_7")
    assert done.code == 0
    shown = [json.loads(line) for line in done.out.splitlines()]
    assert shown[:3] == CHAT[:3]
    assert len(done.out) < chat.stat().st_size
    assert "ceiling" in done.err

    out = tmp_path / "out.jsonl"
    again = command("compress", chat, "--budget", 600, "--query", "value_7", "-o", out)
    assert out.read_text() == done.out
    assert "ceiling" in again.out

    figures = json.loads(command("compress", chat, "--budget", 600, "--query", "value_7", "--json").out)
    assert figures["messages"] == shown
    assert figures["tokens_after"] <= figures["ceiling"] == 600 < figures["tokens_before"]
    assert figures["kept_ratio"] == round(figures["tokens_after"] / figures["tokens_before"], 4)


def test_a_budget_below_the_pins_says_what_takes_it(command: Command, write_lines: WriteLines) -> None:
    fails(command("compress", write_lines("chat.jsonl", CHAT), "--budget", 5), "pinned content alone takes")


@pytest.mark.parametrize("budget", ["0", "-1", "1.5", "abc", "10000000000", "0.0", "1.0", "-0.5", "nan", ""])
@pytest.mark.parametrize("name", ["replay", "compress"])
def test_a_budget_that_is_none_is_one_line(
    command: Command, write_lines: WriteLines, name: str, budget: str
) -> None:
    fails(command(name, write_lines("runs.jsonl", CHAT), "--budget", budget), "budget")


@pytest.mark.parametrize("name", ["replay", "compress"])
def test_what_is_no_file_is_one_line(command: Command, tmp_path: Path, name: str) -> None:
    fails(command(name, tmp_path / "missing", "--budget", 100), f"{tmp_path}/missing: no such file")
    fails(command(name, tmp_path, "--budget", 100), f"{tmp_path}: is a directory, not a file")
    (tmp_path / "empty.jsonl").touch()
    fails(command(name, tmp_path / "empty.jsonl", "--budget", 100), "empty.jsonl: is empty")
    whole = gzip.compress(json.dumps(RUN).encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[:-20])
    fails(command(name, tmp_path / "cut.jsonl.gz", "--budget", 100), "cut.jsonl.gz:1: the gzip data is cut")


def test_a_broken_line_is_one_line(command: Command, write_lines: WriteLines, tmp_path: Path) -> None:
    data = write_lines("runs.jsonl", [RUN, RUN])
    data.write_text(data.read_text() + "{not json}\n")
    dump = tmp_path / "dump.jsonl"
    done = command("replay", data, "--budget", "0.5", "--policy", "full", "--dump", dump)
    fails(done, f"{data}:3: invalid JSON")
    assert len(dump.read_text().splitlines()) == 2
    chat = write_lines("chat.jsonl", CHAT[:2])
    chat.write_text(chat.read_text() + "{not json}\n")
    fails(command("compress", chat, "--budget", 100), f"{chat}:3: invalid JSON")


def test_an_orphaned_tool_result_is_one_line(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("runs.jsonl", [RUN, {**RUN, "messages": ORPHAN}])
    fails(command("replay", data, "--budget", "0.5", "--policy", "full"), f"{data}:2: run/1: message 1 is a")
    chat = write_lines("chat.jsonl", ORPHAN)
    fails(command("compress", chat, "--budget", 100), f"{chat}:2: message 1 is a tool result without a call")


@pytest.mark.parametrize("budget", ["0.5", "900"])
@pytest.mark.parametrize("policy", ["agentcompress", "lossless", "mmr"])
def test_a_replay_has_a_report(
    command: Command, write_lines: WriteLines, tmp_path: Path, budget: str, policy: str
) -> None:
    data, report = write_lines("runs.jsonl", [RUN, {**RUN, "id": "run/2"}]), tmp_path / "r.html"
    options = ["--budget", budget, "--policy", policy, "--json"]
    done = command("replay", data, *options, "--report", report)
    plain = command("replay", data, *options)
    times = ("ms_median", "ms_p95")
    figures, expected = json.loads(done.out)["macro"], json.loads(plain.out)["macro"]
    assert {k: v for k, v in figures.items() if k not in times} == {
        k: v for k, v in expected.items() if k not in times
    }
    runs = [carried(report.read_text(), number) for number in (1, 2)]
    assert [run["title"] for run in runs] == ["run/1", "run/2"]
    assert sum(len(run["steps"]) for run in runs) == figures["steps"]
    if policy != "lossless":
        assert runs[0]["reasons"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--policy", "best"], "policy 'best' is none of agentcompress"),
        (["--prices", "free"], "prices 'free' are none of anthropic"),
        (["--max-steps", "0"], "max_steps must be at least 1, got 0"),
        (["--max-steps", "many"], "Invalid value for '--max-steps'"),
        (["--image-model", "abacus"], "no image formula for model 'abacus'"),
        (["--dump", "/no/such/folder/dump.jsonl"], "/no/such/folder/dump.jsonl: No such file or directory"),
        (["--policy", "full", "--report", "r.html"], "policy 'full' makes no plan that a report could show"),
        (["--report", "/no/such/folder/r.html"], "/no/such/folder/r.html: No such file or directory"),
        (["--wrong"], "--wrong"),
    ],
)
def test_a_bad_setting_is_one_line(
    command: Command, write_lines: WriteLines, options: list[str], problem: str
) -> None:
    data = write_lines("runs.jsonl", [RUN])
    fails(command("replay", data, "--budget", "0.5", *options), problem)


def test_a_missing_option_is_one_line(command: Command, write_lines: WriteLines) -> None:
    fails(command("replay", write_lines("runs.jsonl", [RUN])), "Missing option '--budget'")


def test_a_dump_never_replaces_its_own_data(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("runs.jsonl", [RUN])
    before = data.read_bytes()
    fails(command("replay", data, "--budget", "0.5", "--dump", data), "is read or written here already")
    assert data.read_bytes() == before


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.jsonl.gz"])
def test_an_interrupt_leaves_a_valid_dump(tmp_path: Path, name: str) -> None:
    dump = tmp_path / name
    process = spawn(
        "replay", "-", "--budget", "2000", "--policy", "full", "--dump", dump, stdin=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write((json.dumps(RUN) + "\n").encode() * 3)
    process.stdin.flush()
    _wait_until_quiet(dump)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "full, budget 2000" in out.decode()
    with (gzip.open if name.endswith(".gz") else open)(dump, "rt") as file:
        steps = [json.loads(line)["step"] for line in file]
    assert steps == [2, 4, 6] * 3
    assert err.decode() == f"interrupted after 9 steps; {dump} holds 9 whole lines\n"


def test_an_interrupt_prints_no_json_that_looks_whole(tmp_path: Path) -> None:
    dump = tmp_path / "dump.jsonl"
    process = spawn(
        *("replay", "-", "--budget", "2000", "--policy", "full", "--dump", dump, "--json"),
        stdin=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write((json.dumps(RUN) + "\n").encode() * 3)
    process.stdin.flush()
    _wait_until_quiet(dump)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[0] == b""
    assert process.returncode == 130


def test_an_interrupt_leaves_a_report_of_what_was_played(tmp_path: Path) -> None:
    dump, report = tmp_path / "dump.jsonl", tmp_path / "report.html"
    process = spawn(
        *("replay", "-", "--budget", "2000", "--encoder", "static", "--dump", dump, "--report", report),
        stdin=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write((json.dumps(RUN) + "\n").encode() * 3)
    process.stdin.flush()
    _wait_until_quiet(dump, lines=9)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    said = f"{dump} holds 9 whole lines; {report} shows 3 of the runs"
    assert (process.returncode, err.decode()) == (130, f"interrupted after 9 steps; {said}\n")
    assert len(carried(report.read_text(encoding="utf-8"), run=3)["steps"]) == 3


def test_an_interrupted_run_is_reported_up_to_there() -> None:
    settings = ReplaySettings(budget=2_000, policy="agentcompress", stateful=True, encoder="static")
    played = ReportedReplay(settings=settings).play(Trajectory.model_validate(RUN))
    assert isinstance(played, Generator)
    steps = [step for step in (next(played), next(played)) if isinstance(step, Step)]
    report = played.throw(KeyboardInterrupt)
    assert isinstance(report, RunReport)
    assert [step.after for step in report.steps] == [step.tokens for step in steps]
    with pytest.raises(KeyboardInterrupt):
        next(played)


def _wait_until_quiet(path: Path, lines: int = 0) -> None:
    """Waits until a file has content, so many lines at least, and has stopped growing."""
    deadline = time.monotonic() + 60
    size = 0
    while time.monotonic() < deadline:
        time.sleep(0.3)
        data = path.read_bytes() if path.exists() else b""
        before, size = size, len(data)
        if size and size == before and data.count(b"\n") >= lines:
            return
    raise TimeoutError(f"{path} is still empty")


def test_a_reader_that_leaves_is_no_error(write_lines: WriteLines) -> None:
    end, start = os.pipe()
    os.close(end)
    data = write_lines("runs.jsonl", [RUN])
    arguments = ["replay", str(data), "--budget", "0.5", "--policy", "full"]
    command = [sys.executable, "-m", "agentcompress", *arguments]
    done = subprocess.run(command, stdout=start, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(start)
    assert done.stderr == b""


def test_help_loads_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "agentcompress", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    heavy = {"torch", "transformers", "sentence_transformers", "langchain_core", "langgraph", "numpy"}
    assert loaded & {*heavy, "pydantic", "faiss"} == set()
    assert all(name in done.stdout for name in ("compress", "replay", "memory", "doctor", "demo"))


def test_help_names_every_policy(command: Command) -> None:
    words = " ".join(command("replay", "--help").out.replace("│", " ").split())
    assert all(name in words for name in POLICY_NAMES)


def test_version(command: Command) -> None:
    done = command("--version")
    assert (done.code, done.out) == (0, f"agentcompress {version('agentcompress')}\n")
