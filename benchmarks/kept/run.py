"""Replays recorded runs under budgets, beside null baselines; goes on where it stopped.

usage: python -m benchmarks.kept.run DATA.jsonl.gz… [--jobs 2] [--results FILE]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentcompress.errors import InvalidInputError
from agentcompress.evaluation.playing import ReplaySettings
from agentcompress.evaluation.progress import ReadingProgress
from agentcompress.evaluation.reading import TrajectoryReader
from agentcompress.evaluation.summary import Summary
from agentcompress.mappers import mapper_for
from agentcompress.tokens import price_model

from .results import RESULTS, Results

_SHARES, _CEILINGS = (0.25, 0.1), (8_000, 16_000)
RUNS: tuple[tuple[str, float, bool], ...] = (
    *(("agentcompress", share, False) for share in _SHARES),
    *(("agentcompress", ceiling, True) for ceiling in _CEILINGS),
    *((policy, share, False) for policy in ("last-tokens", "clear-tool-uses", "random") for share in _SHARES),
    *(("clear-tool-uses", ceiling, True) for ceiling in _CEILINGS),
    *(("agentcompress", ceiling, False) for ceiling in _CEILINGS),
)
"""Policy, budget, and whether every step is replayed in order."""


def measured(policy: str, budget: float, data: Sequence[str], jobs: int, *, stateful: bool) -> dict[str, Any]:
    """What one replay finds."""
    replayed = ReplaySettings(budget=budget, policy=policy, stateful=stateful)
    summary = Summary(stateful=stateful, prices=price_model(replayed.prices))
    progress = ReadingProgress([TrajectoryReader(path) for path in data])
    with mapper_for(jobs) as mapper, progress:
        for step in mapper.flat_map(replayed.play, progress.items()):
            summary.add(step)
    mode = "stateful" if stateful else "snapshot"
    return {"policy": policy, "budget": budget, "mode": mode, **summary.to_dict()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="+", help="recorded trajectories")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the work")
    parser.add_argument("--results", type=Path, default=RESULTS, help="grows by each run")
    options = parser.parse_args()
    files = sorted(Path(path).name for path in options.data)
    try:
        results = Results.read(options.results) if options.results.exists() else Results(files=files)
        if results.files != files:
            raise InvalidInputError(f"has figures of other files: {results.files}", path=options.results)
        for policy, budget, stateful in RUNS:
            if not results.of(policy, budget, stateful=stateful):
                print(f"{policy} at {budget:g}{', in order' if stateful else ''}", file=sys.stderr)
                results.add(measured(policy, budget, options.data, options.jobs, stateful=stateful))
                results.write(options.results)
    except (InvalidInputError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
