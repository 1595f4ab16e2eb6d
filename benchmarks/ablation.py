"""What each part of the default composition brings: recorded runs replayed with one part off at a time.

usage: python -m benchmarks.ablation DATA.jsonl.gz… [--budget 0.25] [--max-steps 12] [--jobs 2]
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from functools import cache, partial
from itertools import chain, groupby
from typing import Self

from agentcompress import Compressor
from agentcompress.encoders import encoder_for
from agentcompress.evaluation.baselines import RandomPolicy
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policy import Policy, Shown
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.replay import Replay, Step
from agentcompress.evaluation.summary import Summary
from agentcompress.mappers import mapper_for
from agentcompress.pipeline.eviction_memo import EvictionMemo
from agentcompress.tokens import RequestCounter, default_counter, price_model

from .variants import Variant, variants

FIGURES = {"tool_only": "tool-only", "in_place": "in place", "at_risk": "at risk"}
MEASURE = Measure(counter=default_counter())


class VariedCompressor(Compressor):
    """A compressor of which others are made that share what it has cut."""

    def varied(self, variant: Variant) -> Self:
        """The same with another criterion and strategy."""
        other = copy(self)
        other._criterion, other._strategy = variant.criterion, variant.strategy
        other._evictions = EvictionMemo()
        return other


class VariantPolicy:
    """A compressor, each context compressed afresh and filled up to its ceiling."""

    def __init__(self, compressor: Compressor) -> None:
        self._compressor = compressor

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The context as it is shown without any earlier decision."""
        result = self._compressor.with_budget(ceiling).compress(recording.trajectory.messages[:step])
        return Shown(messages=result.messages, evicted=result.evicted)


@cache
def policies() -> dict[str, Policy]:
    """Every variant by name, and lines at random; all over one compressor's cuts."""
    encoder = encoder_for("static")
    shared = VariedCompressor(1, counter=RequestCounter(counter=MEASURE.counter), encoder=encoder)
    made: dict[str, Policy] = {one.name: VariantPolicy(shared.varied(one)) for one in variants(encoder)}
    return made | {"random": RandomPolicy()}


def played(trajectory: Trajectory, budget: float, max_steps: int) -> Iterator[tuple[str, Step]]:
    """The steps of a trajectory under every policy, by its name, without the messages they show."""
    for name, policy in policies().items():
        # A snapshot leaves nothing behind in a policy, so one serves all trajectories.
        replay = Replay(
            budget=budget,
            policy=partial(_itself, policy),
            stateful=False,
            measure=MEASURE,
            max_steps=max_steps,
        )
        yield from ((name, replace(step, messages=[])) for step in replay.play([trajectory]))


def _itself(policy: Policy) -> Policy:
    return policy


def table(summaries: Mapping[str, Summary]) -> Iterator[str]:
    """The figures in Markdown, a row for each policy; those of single sources are tool-only."""
    figures = {name: summary.to_dict() for name, summary in summaries.items()}
    sources = list(next(iter(figures.values()))["sources"])
    yield "| " + " | ".join(["", *FIGURES.values(), *sources]) + " |"
    yield "|---" + "|---:" * (len(FIGURES) + len(sources)) + "|"
    for name, found in figures.items():
        shares = [found["macro"][figure] for figure in FIGURES]
        shares += [found["sources"][source]["tool_only"] for source in sources]
        yield "| " + " | ".join([name, *("" if one is None else f"{one:.3f}" for one in shares)]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+", help="recorded trajectories")
    parser.add_argument("--budget", type=float, default=0.25, help="share of what is not base")
    parser.add_argument("--max-steps", type=int, default=12, help="snapshots of one trajectory at most")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    options = parser.parse_args()
    summaries = {name: Summary(stateful=False, prices=price_model("none")) for name in policies()}
    trajectories = chain.from_iterable(map(TrajectoryReader, options.data))
    play = partial(played, budget=options.budget, max_steps=options.max_steps)
    with mapper_for(options.jobs) as mapper:
        for name, steps in groupby(mapper.flat_map(play, trajectories), key=lambda found: found[1].id):
            print(name, file=sys.stderr, flush=True)
            for policy, step in steps:
                summaries[policy].add(step)
    print("\n".join(table(summaries)))


if __name__ == "__main__":
    main()
