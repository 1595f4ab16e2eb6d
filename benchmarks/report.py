"""How large the report of a long run is, and how soon a browser has drawn it.

usage: python -m benchmarks.report [--steps 2000] [--budget 16000] [--output report.html]

The run is an agent's that reads logs, listings and records; every step is compressed as in production, and
explained. Opening needs a Chromium; it is done five times, each in a new tab's first load.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from agentcompress import Budget, Compressor
from agentcompress.messages import OpenAICodec
from agentcompress.report.growing import GrowingReport
from agentcompress.report.page import write_report
from agentcompress.tokens import RequestCounter
from agentcompress.values import Plan

from .chromium import BINARY, browser

_OPENED = 5


def output(step: int) -> str:
    """What a tool says at a step: a log, a listing or records, 100 to 1,000 tokens."""
    chance = random.Random(step)
    lines = chance.randint(4, 40)
    if step % 3 == 0:
        rows = [
            {
                "id": f"ord-{chance.randint(10**5, 10**6)}",
                "state": chance.choice(["open", "late", "paid"]),
                "n": n,
            }
            for n in range(lines // 2)
        ]
        return json.dumps(rows, indent=1)
    if step % 3 == 1:
        return "\n".join(
            f"{chance.choice(['INFO', 'WARN', 'ERROR'])} svc{chance.randint(1, 9)} "
            f"req-{chance.randint(10**6, 10**7)} took {chance.randint(1, 900)} ms"
            for _ in range(lines)
        )
    return "\n".join(
        f"src/part_{chance.randint(1, 400)}/module_{n}.py  {chance.randint(9, 900)} lines"
        for n in range(lines)
    )


def turns(step: int) -> list[dict[str, Any]]:
    """A call and what came of it."""
    call = {
        "id": f"c{step}",
        "type": "function",
        "function": {"name": "look", "arguments": f'{{"part": {step}}}'},
    }
    return [
        {"role": "assistant", "content": f"Step {step}: look at part {step}.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"c{step}", "content": output(step)},
    ]


def grown(steps: int, budget: int) -> GrowingReport:
    """The report of a run, and on standard output what it took to make."""
    codec, counter = OpenAICodec(), RequestCounter.for_model(None)
    compressor = Compressor(Budget.for_long_run(budget))
    growing = GrowingReport(counter)
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "Look at every part of the system, and say what is late."}
    ]
    held = list(map(codec.read, messages))
    plan = Plan()
    spent = {"compressing": 0.0, "explaining": 0.0, "reporting": 0.0}
    for step in range(1, steps + 1):
        start = time.perf_counter()
        result = compressor.compress(messages, plan=plan)
        compressed = time.perf_counter()
        decided = result.evicted or result.left
        reasons = compressor.explain(messages, plan=plan) if decided else []
        explained = time.perf_counter()
        plan = result.plan
        sent = list(map(codec.read, result.messages))
        growing.add(
            held,
            sent,
            plan,
            action=f"look at part {step}",
            ceiling=result.ceiling,
            milliseconds=result.milliseconds,
            evicted=result.evicted,
            reasons=reasons,
        )
        spent["compressing"] += compressed - start
        spent["explaining"] += explained - compressed
        spent["reporting"] += time.perf_counter() - explained
        new = turns(step)
        messages += new
        held += map(codec.read, new)
    print("; ".join(f"{name} {seconds:.1f} s" for name, seconds in spent.items()), flush=True)
    return growing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2_000)
    parser.add_argument("--budget", type=int, default=16_000, help="tokens of a request")
    parser.add_argument("--output", type=Path, help="where the report stays")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = options.output or Path(folder) / "report.html"
        growing = grown(options.steps, options.budget)
        start = time.perf_counter()
        write_report(growing.report(f"{options.steps:,} steps"), path)
        print(
            f"written in {time.perf_counter() - start:.1f} s: {path.stat().st_size / 1e6:.2f} MB", flush=True
        )
        if BINARY is None:
            print("not opened: no Chromium on this machine")
            return
        with browser(Path(folder) / "browser") as tab:
            tab.size(1_280, 1_000)
            times = [tab.open(path) for _ in range(_OPENED)]
            print(f"drawn after {statistics.median(times):.0f} ms (median; {min(times)} to {max(times)})")
            start = time.perf_counter()
            tab.run("page.search.input.value = 'part 7'; page.search.find()")
            milliseconds = 1_000 * (time.perf_counter() - start)
            hits = tab.run("document.querySelectorAll('.hit').length")
            print(f"{hits} hits shown after {milliseconds:.0f} ms; problems: {tab.problems or 'none'}")


if __name__ == "__main__":
    main()
