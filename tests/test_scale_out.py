"""`replay`, `eval` and `train` by several workers: the same bytes, errors and dumps."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from .commands import Command, WriteLines, fails, spawn
from .recordings import SYSTEM, TASK, Chat, answer, result
from .test_eval import FERRY, TICKETS
from .test_eval_examples import RECORD

TIMED = re.compile(r'"(ms|ms_median|ms_p95|recall_ms)": [0-9.]+')


def untimed(text: str) -> str:
    return TIMED.sub("", text)


def run(name: str, steps: int = 6) -> dict[str, Any]:
    chat: Chat = [SYSTEM, TASK]
    for step in range(steps):
        lines = "\n".join(f"{name} {step} line {line}: item_{step}_{line}" for line in range(60))
        call = f"c{step}"
        arguments: dict[str, Any] = {call: {"item": f"item_{max(0, step - 1)}_37"}}
        chat += [answer(**arguments), result(call, lines)]
    return {"id": name, "source": name[0], "messages": [*chat, answer("Done.")]}


RUNS = [run(name) for name in ("a1", "a2", "b1", "b2", "b3")]


def test_replay_gives_the_same_bytes_whatever_the_number_of_jobs(
    command: Command, write_lines: WriteLines, tmp_path: Path
) -> None:
    data = write_lines("runs.jsonl.gz", RUNS)
    options = ["--budget", "2000", "--recall", "--encoder", "static", "--json"]
    seen = []
    for jobs in (1, 2):
        dump = tmp_path / f"{jobs}.jsonl"
        done = command("replay", data, *options, "--jobs", jobs, "--dump", dump)
        assert (done.code, done.err) == (0, "")
        seen.append((untimed(done.out), untimed(dump.read_text())))
    assert seen[0] == seen[1]
    assert seen[0][1].count("\n") == json.loads(done.out)["macro"]["steps"] > len(RUNS)


def test_eval_gives_the_same_bytes_whatever_the_number_of_jobs(
    command: Command, write_lines: WriteLines
) -> None:
    asked = [{"text": f"{number} tables?", "label": "book"} for number in range(260)]
    data = write_lines("all.jsonl", [FERRY, {**RECORD, "test": asked}, TICKETS, RECORD])
    options = ["--budget", "0.5", "--json", "--policy", "agentcompress", "--policy", "bm25"]
    outs = [command("eval", data, *options, "--jobs", jobs).out for jobs in (1, 2)]
    assert untimed(outs[0]) == untimed(outs[1])
    figures = json.loads(outs[1])
    assert figures["qa"]["sets"]["made"]["questions"] == 2
    assert figures["icl"]["sets"]["made"]["queries"] == 263


def test_train_writes_the_same_bytes_whatever_the_number_of_jobs(
    command: Command, write_lines: WriteLines, tmp_path: Path
) -> None:
    data, kept = write_lines("runs.jsonl", RUNS), tmp_path / "kept"
    weights, reports = [], []
    for jobs in (1, 2, 2):
        output = tmp_path / "weights"
        done = command("train", data, "-o", output, "--keep", kept, "--report", "--jobs", jobs, "--json")
        assert (done.code, done.err) == (0, "")
        weights.append(output.read_bytes())
        reports.append({**json.loads(done.out), "seconds": None})
        # The next one knows no run, the last one every other one.
        for file in sorted(kept.iterdir())[::jobs]:
            file.unlink()
    assert weights[1:] == weights[:-1]
    assert reports[1:] == reports[:-1]
    assert set(reports[0]["report"]["0.25"]["learned"]) == {"a", "b", "macro"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_is_one_line_and_the_dump_holds_what_came_before(
    command: Command, write_lines: WriteLines, tmp_path: Path, jobs: int
) -> None:
    data = write_lines("runs.jsonl", RUNS)
    data.write_text(data.read_text() + "{not json}\n")
    dump = tmp_path / "dump.jsonl"
    done = command("replay", data, "--budget", "3000", "--policy", "full", "--dump", dump, "--jobs", jobs)
    fails(done, f"{data}:6: invalid JSON")
    assert len(dump.read_text().splitlines()) == 7 * len(RUNS)
    image = {"id": "x", "instruction": "Click", "image": "gone.png", "bbox": [0, 0, 9, 9]}
    data = write_lines("gui.jsonl", [FERRY, image, FERRY])
    fails(command("eval", data, "--budget", "0.5", "--jobs", jobs), f"{data}:2: image")


def test_jobs_that_are_none_are_one_line(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("runs.jsonl", RUNS)
    for name in ("replay", "eval"):
        fails(command(name, data, "--budget", "0.5", "--jobs", 0), "jobs must be at least 1, got 0")
        fails(command(name, data, "--budget", "0.5", "--jobs", 2, "--ray", "auto"), "jobs 2 are processes")
    fails(
        command("train", data, "-o", data.with_name("weights"), "--jobs", 0), "jobs must be at least 1, got 0"
    )


def test_without_ray_one_line_says_how_to_get_it(
    command: Command, write_lines: WriteLines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    dump = tmp_path / "dump.jsonl"
    dump.write_text("older")
    data = write_lines("runs.jsonl", RUNS)
    done = command("replay", data, "--budget", "2000", "--ray", "auto", "--dump", dump)
    fails(done, "Ray Data is not installed: pip install 'agentcompress[ray]'")
    assert dump.read_text() == "older"


def test_an_interrupt_ends_the_workers_and_leaves_a_valid_dump(tmp_path: Path) -> None:
    dump = tmp_path / "dump.jsonl"
    process = spawn(
        *("replay", "-", "--budget", "2000", "--encoder", "static", "--jobs", "2", "--dump", dump),
        stdin=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"".join(json.dumps(one).encode() + b"\n" for one in RUNS))
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not (dump.exists() and dump.stat().st_size):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    workers = children(process.pid)
    assert len(workers) >= 2
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    lines = [json.loads(line) for line in dump.read_text().splitlines()]
    assert process.returncode == 130
    assert "agentcompress, budget 2000" in out.decode()
    assert err.decode() == f"interrupted after {len(lines)} steps; {dump} holds {len(lines)} whole lines\n"
    expected = [(one["id"], step) for one in RUNS for step in range(2, 16, 2)]
    assert [(line["id"], line["step"]) for line in lines] == expected[: len(lines)]
    assert len(lines) >= 7  # All of a run that is done.
    wait_until_gone(workers)


def test_workers_end_with_whoever_started_them(tmp_path: Path) -> None:
    process = spawn("replay", "-", "--budget", "2000", "--jobs", "2", stdin=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while len(workers := children(process.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.communicate()
    wait_until_gone(workers)


def wait_until_gone(processes: Iterable[str]) -> None:
    deadline = time.monotonic() + 30
    while any(running(process) for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def running(process: str) -> bool:
    try:
        return Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(parent: int) -> list[str]:
    return Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
