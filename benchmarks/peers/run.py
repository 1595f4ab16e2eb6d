"""Runs every peer on the same inputs and keeps the rows; goes on where an earlier run stopped.

usage: python -m benchmarks.peers.run DATA.jsonl.gz… [--budgets 0.25 0.1 8000] [--peers tooltrim …] [--json]

Files with trajectories are replayed (whole budgets: every step in order), files with questions are asked
under the budgets below 1. Each peer runs in a process of its own; `--python provence=…/bin/python` gives
one another interpreter, where it needs other versions.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any

from rich.console import Console
from rich.progress import Progress

from agentcompress.errors import InvalidInputError
from agentcompress.evaluation.lines import LineReader

from .environment import peer_environment
from .registry import ENTRIES
from .results import RESULTS, Results, Settings
from .worker import MADE_UP, Job, stem_of

_LATENCY_SHARE = 0.25
_LATENCY_RUNS = 3


def jobs(results: Results, data: Sequence[str], peers: Sequence[str], budgets: Sequence[float]) -> list[Job]:
    """What is still to be measured, the same budget for all peers before the next."""
    kinds = {path: _kind(path) for path in data}
    settings = results.settings
    found = [
        Job(
            peer=peer,
            kind="latency",
            budget=_LATENCY_SHARE,
            data=(),
            sample=settings.tokens,
            max_steps=_LATENCY_RUNS,
            seed=settings.seed,
        )
        for peer in peers
        if "latency" in ENTRIES[peer].kinds and not results.found(peer, "latency", _LATENCY_SHARE, MADE_UP)
    ]
    for budget in budgets:
        for kind in ("replay", "evidence") if budget < 1 else ("replay",):
            for peer in (one for one in peers if kind in ENTRIES[one].kinds):
                left = [
                    path
                    for path in data
                    if kinds[path] == kind and not results.found(peer, kind, budget, stem_of(path))
                ]
                if left:
                    found.append(_job(settings, peer, kind, budget, left))
    return found


def _job(settings: Settings, peer: str, kind: str, budget: float, data: Sequence[str]) -> Job:
    sample = settings.questions if kind == "evidence" else settings.runs if budget >= 1 else settings.sample
    return Job(
        peer=peer,
        kind=kind,
        budget=budget,
        data=tuple(data),
        sample=sample,
        max_steps=settings.max_steps,
        seed=settings.seed,
    )


def _kind(path: str) -> str | None:
    """What a file holds, told by its first line; sets of documents are read with their questions."""
    record = next(LineReader(path).records())
    keys = record.keys() if isinstance(record, dict) else ()
    return "replay" if "messages" in keys else "evidence" if "question" in keys else None


def measured(job: Job, python: str, timeout: float) -> Iterator[dict[str, Any]]:
    """The rows of one job, each as soon as the process gives it; the last says why where it failed."""
    with TemporaryDirectory() as folder, (Path(folder) / "errors").open("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [python, "-m", "benchmarks.peers.worker", job.to_json()],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=peer_environment(Path(folder)),
            text=True,
        )
        alarm = Timer(timeout, process.kill)
        alarm.start()
        with process:
            try:
                yield from map(json.loads, process.stdout or ())
                process.wait()
            finally:
                late = not alarm.is_alive()
                alarm.cancel()
                process.kill()
        if process.returncode:
            errors.seek(0)
            last = (errors.read().strip().splitlines() or ["no message"])[-1]
            yield {"failed": f"took longer than {timeout:g} s" if late else last[:300]}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="+", help="recorded trajectories and questions")
    parser.add_argument("--budgets", nargs="+", type=float, default=[0.25, 8000, 0.1, 0.5, 16000])
    parser.add_argument("--peers", nargs="+", choices=list(ENTRIES), default=list(ENTRIES), metavar="PEER")
    parser.add_argument("--results", type=Path, default=RESULTS, help="grows by each row")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds of one process at most")
    parser.add_argument("--python", nargs="*", default=[], metavar="PEER=PATH", help="another interpreter")
    parser.add_argument("--json", action="store_true", help="print all rows at the end")
    for one in fields(Settings):
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=int, default=one.default)
    options = parser.parse_args()
    settings = Settings(**{one.name: getattr(options, one.name) for one in fields(Settings)})
    try:
        results = Results.read(options.results) if options.results.exists() else Results(settings=settings)
        if results.settings != settings:
            raise InvalidInputError(
                f"has rows of other settings: {results.settings}", path=str(options.results)
            )
        left = jobs(results, options.data, options.peers, options.budgets)
    except InvalidInputError as error:
        parser.error(str(error))
    _run(results, left, options.results, options.timeout, dict(one.split("=", 1) for one in options.python))
    if options.json:
        print(json.dumps(results.rows, indent=1))


def _run(
    results: Results, left: Sequence[Job], path: Path, timeout: float, pythons: Mapping[str, str]
) -> None:
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(left))
        for job in left:
            progress.update(task, description=f"{job.kind} {job.peer} {job.budget:g}")
            for row in measured(job, pythons.get(job.peer, sys.executable), timeout):
                if reason := row.get("unavailable") or row.get("failed"):
                    console.print(f"{job.kind} {job.peer} {job.budget:g}: {reason}", markup=False)
                    continue
                named = {"peer": job.peer, "kind": job.kind, "budget": job.budget}
                results.add({**named, **row}, ENTRIES[job.peer].package)
                results.write(path)
            progress.advance(task)
            if not console.is_terminal:
                console.print(f"{job.kind} {job.peer} {job.budget:g}: done", markup=False)


if __name__ == "__main__":
    main()
