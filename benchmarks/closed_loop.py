"""Whether an agent under a tenth of its tokens still solves its tasks, with recall and without.

The demo's agent audits classes drawn by seed from the packages that are installed. Its scripted model acts on
what it sees alone, and calls none of its tools twice: what is out of sight it can only recall.

usage: python -m benchmarks.closed_loop [--tasks 50] [--first 0] [--budget 0.1] [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from agentcompress import ContextCompressionMiddleware
from agentcompress.demo.measured import Measure
from agentcompress.demo.play import Run, play
from agentcompress.demo.scripted_model import ScriptedModel
from agentcompress.tokens import UNKNOWN, RequestCounter

from .subjects import subjects

WAYS = ("uncompressed", "with recall", "without recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one task, played one way."""

    way: str
    """How: one of `WAYS`."""
    seed: int
    """Names the task."""
    solved: bool
    """Whether every fact was right."""
    right: float
    """Share of the facts that were."""
    peak: int
    """Tokens of the largest request."""
    calls: int
    """Model calls."""
    recalls: int
    """Calls of the tool `recall` among what they asked for."""
    verdict: str
    """How it went, in words."""


def outcomes(seed: int, share: float) -> Iterator[Outcome]:
    """One task, played every way.

    Args:
        seed: Draws the task.
        share: Ceiling of the compressed runs, as a share of the largest request of the uncompressed one.
    """
    task = subjects(seed)
    measure = Measure(counter=RequestCounter.for_model(UNKNOWN))
    ceiling = 0
    for way in WAYS:
        compression = (
            [ContextCompressionMiddleware[None, Any](ceiling, recall=way == "with recall")] if ceiling else []
        )
        run = play(ScriptedModel(looks=(), reports=True), task, lambda call: None, *compression)
        peak = measure.peak(run.calls)
        ceiling = ceiling or int(share * peak)
        yield Outcome(
            way=way,
            seed=seed,
            solved=run.solved,
            right=run.right / run.facts,
            peak=peak,
            calls=len(run.calls),
            recalls=_recalls(run),
            verdict=run.verdict,
        )


def _recalls(run: Run) -> int:
    return sum(asked["name"] == "recall" for call in run.calls for asked in call.answer.tool_calls)


def figures(found: Sequence[Outcome]) -> dict[str, Any]:
    """Means over the tasks, by way."""
    rows = {way: [one for one in found if one.way == way] for way in WAYS}
    return {
        way: {
            "tasks": len(row),
            "success": round(fmean(one.solved for one in row), 4),
            "facts_right": round(fmean(one.right for one in row), 4),
            "peak_tokens": round(fmean(one.peak for one in row)),
            "model_calls": round(fmean(one.calls for one in row), 1),
            "recall_calls": round(fmean(one.recalls for one in row), 1),
        }
        for way, row in rows.items()
        if row
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=50, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--budget", type=float, default=0.1, help="share of the largest uncompressed request")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    found: list[Outcome] = []
    try:
        for seed in range(options.first, options.first + options.tasks):
            for outcome in outcomes(seed, options.budget):
                found.append(outcome)
                print(f"{seed} {outcome.way}: {outcome.verdict}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print(f"interrupted after {len(found)} runs", file=sys.stderr)
    table = figures(found)
    if options.json:
        print(json.dumps({"budget": options.budget, **table}, indent=1))
        return
    for way, row in table.items():
        print(f"{way:16}" + "".join(f"  {name} {value:>8,}" for name, value in row.items()))


if __name__ == "__main__":
    main()
