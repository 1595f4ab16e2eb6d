"""What the learned criterion adds to the time of a compression, on recorded runs that are new to it.

usage: python -m benchmarks.overhead DATA... [--budget 0.25] [--runs 8] [--max-steps 6]
"""

import argparse
import time
from collections.abc import Mapping
from itertools import islice
from unittest.mock import patch

from agentcompress.criteria import LearnedCriterion
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policies import policy_named
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.steps import ceiling_of, snapshot_steps, stateful_steps
from agentcompress.tokens import default_counter
from agentcompress.tokens.counter import TiktokenCounter
from agentcompress.values import Context, Scores

_odds = LearnedCriterion.odds


def seconds(run: Trajectory, budget: int | float, max_steps: int) -> tuple[float, float]:
    """Seconds of this process in the odds of one run, and in everything else that its compressions do."""
    of_odds = 0.0

    def odds(criterion: LearnedCriterion, context: Context, scores: Scores) -> Mapping[str, float]:
        nonlocal of_odds
        begun = time.process_time()
        found = _odds(criterion, context, scores)
        of_odds += time.process_time() - begun
        return found

    counted = Recording(run, Measure(counter=default_counter()))
    stateful = isinstance(budget, int)
    steps = stateful_steps(counted) if stateful else snapshot_steps(counted, max_steps)
    # Counters of their own, lest texts be known before they are timed.
    fresh = Recording(run, Measure(counter=TiktokenCounter()))
    policy = policy_named("learned", stateful=stateful, encoder="static")()
    whole = 0.0
    with patch.object(LearnedCriterion, "odds", odds):
        for step in steps:
            ceiling = ceiling_of(counted, step, budget)
            begun = time.process_time()
            policy.compress(fresh, step, ceiling)
            whole += time.process_time() - begun
    return of_odds, whole - of_odds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--budget", default="0.25")
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--max-steps", type=int, default=6)
    options = parser.parse_args()
    budget = float(options.budget) if "." in options.budget else int(options.budget)
    totals = []
    for path in options.data:
        runs = islice(TrajectoryReader(path), options.runs)
        odds, rest = map(sum, zip(*(seconds(run, budget, options.max_steps) for run in runs), strict=True))
        totals.append((odds, rest))
        print(f"{path:60} {1000 * rest:8.0f} ms, odds {odds / (rest or 1):6.1%}")
    odds, rest = map(sum, zip(*totals, strict=True))
    print(f"{'all':60} {1000 * rest:8.0f} ms, odds {odds / (rest or 1):6.1%}")


if __name__ == "__main__":
    main()
