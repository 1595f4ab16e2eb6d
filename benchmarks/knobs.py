"""Whether marks and recency tuned on some sources beat the defaults on a source that was left out.

usage: python -m benchmarks.knobs DATA.jsonl.gz… [--budget 8000] [--runs 6] [--price 0.1]
"""

import argparse
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product
from statistics import fmean
from typing import Any, TypeVar

from agentcompress import Budget, Compressor
from agentcompress.criteria import ProductCriterion, RecencyCriterion, default_criterion
from agentcompress.encoders import encoder_for
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policy import Shown
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.replay import Replay
from agentcompress.evaluation.summary import SourceTally
from agentcompress.tokens import RequestCounter, default_counter, price_model
from agentcompress.values import Criterion, Plan

PRICES = "anthropic"
MEASURE = Measure(counter=default_counter())
Arm = TypeVar("Arm")
Run = TypeVar("Run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """What is tuned; by default as for a long run."""

    trigger: float = 1.0
    """High water."""
    keep: float | None = None
    """Low water; None for as deep as pays back."""
    item_share: float = 0.3
    """Share of the ceiling that a new message may take."""
    decay: float = 0.7
    """How fast old steps fade."""

    def budget(self, limit: int) -> Budget:
        """The marks under a ceiling in tokens."""
        return Budget(limit=limit, trigger=self.trigger, keep=self.keep, item_share=self.item_share)

    def criterion(self) -> Criterion:
        """The default criterion, its recency fading so fast."""
        default = default_criterion(encoder_for("static"))
        if not isinstance(default, ProductCriterion):
            raise TypeError("the default criterion must be a product")
        factors = tuple(
            RecencyCriterion(decay=self.decay) if isinstance(one, RecencyCriterion) else one
            for one in default.factors
        )
        return replace(default, factors=factors)


VALUES: dict[str, tuple[Any, ...]] = {
    "trigger": (1.0, 0.9),
    "keep": (None, 0.8, 0.6, 0.4),
    "item_share": (0.3, 0.1, 0.6, 1.0),
    "decay": (0.7, 0.3, 1.4),
}
"""What each knob may be, its default first."""


def arms(number: int) -> list[Knobs]:
    """The defaults, what differs from them in one knob, and as many drawn from the rest as are wanted."""
    grid = [Knobs(**dict(zip(VALUES, values, strict=True))) for values in product(*VALUES.values())]
    apart = {one: sum(getattr(one, name) != VALUES[name][0] for name in VALUES) for one in grid}
    near, far = [one for one in grid if apart[one] <= 1], [one for one in grid if apart[one] > 1]
    return near + random.Random(0).sample(far, max(0, min(number - len(near), len(far))))


def best_arm(
    arms: Sequence[Arm],
    runs: Sequence[Run],
    worth: Callable[[Arm, Sequence[Run]], float],
    *,
    first: int,
) -> Arm:
    """The arm left when the worse half of them goes again and again, each time after twice as many runs.

    Source: Karnin, Koren & Somekh, "Almost Optimal Exploration in Multi-Armed Bandits" (ICML 2013);
    here all arms of a round play the same runs, so that how hard a run is cancels out.

    Args:
        arms: At least one; of two that are worth the same, the earlier one stays.
        runs: In the order in which they are played.
        worth: What an arm is worth on some runs.
        first: Runs of the first round.
    """
    left, count = list(arms), first
    while len(left) > 1:
        found = {arm: worth(arm, runs[:count]) for arm in left}
        left = sorted(left, key=lambda arm: -found[arm])[: len(left) // 2]
        count *= 2
    return left[0]


class TunedPolicy:
    """One compressor for a whole run, decisions frozen, as in production but for its knobs."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._compressor: Compressor | None = None
        self._plan: Plan | None = None

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The context as the plan so far shows it, with a new plan where that is over."""
        self._compressor = self._compressor or Compressor(
            self._knobs.budget(ceiling),
            counter=RequestCounter(counter=recording.measure.counter),
            criterion=self._knobs.criterion(),
            prices=PRICES,
        )
        result = self._compressor.compress(recording.trajectory.messages[:step], plan=self._plan)
        self._plan = result.plan
        return Shown(messages=result.messages, evicted=result.evicted)


class Plays:
    """What runs become under knobs, each played once.

    Args:
        budget: The ceiling in tokens.
        price: Share of the need that the whole bill is worth.
    """

    def __init__(self, budget: int, price: float) -> None:
        self._budget, self._price = budget, price
        self._known: dict[tuple[Knobs, str, str], SourceTally] = {}

    def tally(self, knobs: Knobs, run: Trajectory) -> SourceTally:
        """What one run keeps and costs."""
        key = (knobs, run.source, run.id)
        if key not in self._known:
            self._known[key] = SourceTally(price_model(PRICES))
            policy = partial(TunedPolicy, knobs)
            replay = Replay(budget=self._budget, policy=policy, stateful=True, measure=MEASURE)
            for step in replay.play([run]):
                self._known[key].add(step)
        return self._known[key]

    def worth(self, knobs: Knobs, runs: Sequence[Trajectory]) -> float:
        """R = share of the need that is kept - price · share of the bill, mean over the runs' sources.

        Source: the rewards of "Token Reduction Should Go Beyond Efficiency in Generative Models"
        (arXiv 2505.18227, appendix), which take what was spent off what is still right.
        """
        found = [self.shares(knobs, [run for run in runs if run.source == name]) for name in sources(runs)]
        return fmean(kept - self._price * bill for kept, bill in found)

    def shares(self, knobs: Knobs, runs: Sequence[Trajectory]) -> tuple[float, float]:
        """Share kept of the tool-only atoms that next calls needed, and of the bill without compression."""
        played = [self.tally(knobs, run) for run in runs]
        needed = sum(one.counts["n_tool_only"] for one in played)
        kept = sum(one.counts["tool_only"] for one in played)
        bill = sum(one.cost for one in played) / sum(one.cost_uncompressed for one in played)
        return kept / max(1, needed), bill


def sources(runs: Iterable[Trajectory]) -> list[str]:
    """Where runs come from, each source once."""
    return sorted({run.source for run in runs})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+", help="recorded trajectories, a source a file; at least two")
    parser.add_argument("--budget", type=int, default=8_000)
    parser.add_argument("--runs", type=int, default=6, help="runs of each source, a quarter over the budget")
    parser.add_argument("--arms", type=int, default=20)
    parser.add_argument("--price", type=float, default=0.1, help="share of the need that the bill is worth")
    options = parser.parse_args()
    runs: list[Trajectory] = []
    for path in options.data:
        sized = ((sum(map(MEASURE.message, one.views)), one) for one in TrajectoryReader(path))
        large = (one for tokens, one in sized if tokens > 1.25 * options.budget)
        runs += islice(large, options.runs)
    if len(set(sources(runs))) < 2:
        parser.error(f"needs runs of two sources that outgrow {options.budget}, got {sources(runs)}")
    random.Random(0).shuffle(runs)
    plays = Plays(options.budget, options.price)
    for source in sources(runs):
        others = [run for run in runs if run.source != source]
        own = [run for run in runs if run.source == source]
        tuned = best_arm(arms(options.arms), others, plays.worth, first=len(others) // 4 or 1)
        print(f"{source} left out, {len(own)} runs: {tuned}")
        for name, knobs in (("default", Knobs()), ("tuned", tuned)):
            kept, bill = plays.shares(knobs, own)
            reward = plays.worth(knobs, own)
            print(f"  {name:8} reward {reward:.4f}, kept {kept:.4f}, bill {bill:.4f}", flush=True)


if __name__ == "__main__":
    main()
