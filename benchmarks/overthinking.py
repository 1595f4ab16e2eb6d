"""How often the overthinking monitor's signals come up in recorded runs, and what dropping reasoning costs.

Where a recording has no reasoning blocks, the agent's words before its calls are taken for reasoning.

usage: python -m benchmarks.overthinking DATA.jsonl.gz… [--budget 8000] [--share 0.1] [--jobs 2]
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from statistics import fmean, median
from typing import Any

from agentcompress.evaluation.baselines import FullPolicy
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policies import policy_named
from agentcompress.evaluation.policy import Policy, Shown
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.replay import Replay
from agentcompress.evaluation.summary import Summary
from agentcompress.mappers import Mapper, mapper_for
from agentcompress.messages import OpenAICodec, without_reasoning
from agentcompress.monitors import OverthinkingMonitor, Signal, steps_of
from agentcompress.tokens import default_counter, price_model
from agentcompress.values import Message

CODEC = OpenAICodec()
WINDOW = 8


class ThoughtMeasure(Measure):
    """Counts reasoning, too, which a replay leaves out: no next call can lack it."""

    def message(self, message: Message) -> int:
        """Tokens of what a message says and thinks."""
        return super().message(message) + thought(message)


MEASURE = ThoughtMeasure(counter=default_counter())


def thought(message: Message) -> int:
    return sum(MEASURE.text(part.text) for part in message.parts if part.kind == "reasoning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One run under the monitor."""

    source: str
    """Where it comes from."""
    steps: int
    """How often its agent answered."""
    reward: float | None
    """How it ended, where that was recorded."""
    first: dict[str, int]
    """Signal → how many answers there were before it first came up."""


def watched(monitor: OverthinkingMonitor, trajectory: Trajectory) -> Iterator[Watched]:
    """A run, looked at before each answer."""
    first: dict[str, int] = {}
    extra: dict[str, Any] = trajectory.model_extra or {}
    trajectory = thinking(trajectory)
    answers = [index for index, view in enumerate(trajectory.views) if view.role == "assistant"]
    for number, index in enumerate(answers):
        for signal in signals(monitor, trajectory.views[:index]):
            first.setdefault(signal.kind, number)
    yield Watched(source=trajectory.source, steps=len(answers), reward=extra.get("reward"), first=first)


def signals(monitor: OverthinkingMonitor, views: Sequence[Message], bare: int = 0) -> list[Signal]:
    """What is seen in a conversation whose first so many messages are shown without reasoning."""
    counts = [thought(view) if index >= bare else 0 for index, view in enumerate(views)]
    return monitor.signals(steps_of(views, counts))


class DroppingPolicy:
    """Another policy, behind reasoning that goes when there is too much of it."""

    def __init__(self, policy: Policy, monitor: OverthinkingMonitor) -> None:
        self._policy = policy
        self._monitor = monitor
        self._bare = 0

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """What the policy shows of the rest."""
        views = recording.views[:step]
        if any(signal.kind == "reasoning" for signal in signals(self._monitor, views, self._bare)):
            self._bare = max(index for index, view in enumerate(views) if view.role == "assistant")
        return self._policy.compress(self._recording(recording), step, ceiling)

    def _recording(self, recording: Recording) -> Recording:
        if not self._bare:
            return recording
        raw = recording.trajectory.messages
        messages = [_stripped(recording.trajectory.id, i, raw[i]) for i in range(self._bare)]
        changed = recording.trajectory.model_copy(update={"messages": [*messages, *raw[self._bare :]]})
        return _View(changed, recording.measure)


class _View(Recording):
    """As much of a recording as a policy looks at."""

    def __init__(self, trajectory: Trajectory, measure: Measure) -> None:
        self.trajectory, self.measure = trajectory, measure


_kept: dict[tuple[str, int], Any] = {}


def _stripped(name: str, index: int, raw: Any) -> Any:
    """A message without its reasoning, the same object each time."""
    if (name, index) not in _kept:
        _kept[name, index] = without_reasoning(CODEC, raw)
    return _kept[name, index]


def thinking(trajectory: Trajectory) -> Trajectory:
    """The run with the words before calls as reasoning."""
    messages = []
    for message in trajectory.messages:
        text = message.get("content")
        if message["role"] == "assistant" and message.get("tool_calls") and text and isinstance(text, str):
            message = {**message, "content": [{"type": "thinking", "thinking": text, "signature": ""}]}
        messages.append(message)
    return Trajectory(id=trajectory.id, source=trajectory.source, messages=messages)


@cache
def policies(budget: int, tokens: int) -> dict[str, Any]:
    """Name → what makes a policy."""
    monitor = OverthinkingMonitor(no_news=None, reasoning_tokens=tokens, window=WINDOW)
    own = policy_named("agentcompress", stateful=True, encoder="static")
    return {
        "uncompressed": FullPolicy,
        "uncompressed, dropping": lambda: DroppingPolicy(FullPolicy(), monitor),
        "agentcompress": own,
        "agentcompress, dropping": lambda: DroppingPolicy(own(), monitor),
    }


def played(budget: int, tokens: int, trajectory: Trajectory) -> Iterator[tuple[str, Any]]:
    """Every step of a run under each policy, without the messages."""
    from dataclasses import replace

    for name, policy in policies(budget, tokens).items():
        replay = Replay(budget=budget, policy=policy, stateful=True, measure=MEASURE)
        for step in replay.play([thinking(trajectory)]):
            yield name, replace(step, messages=[])


def rates(runs: Sequence[Watched]) -> Iterator[str]:
    """How often each signal comes up, by source, and how the runs differ."""
    kinds = ("repeats", "cycle", "no-news", "reasoning")
    yield (
        "| source | runs | "
        + " | ".join(kinds)
        + " | answers with / without | reward with / without | first at |"
    )
    yield "|---|" + "---:|" * (len(kinds) + 4)
    for source in dict.fromkeys(run.source for run in runs):
        of = [run for run in runs if run.source == source]
        told, quiet = [run for run in of if run.first], [run for run in of if not run.first]
        counts = (str(sum(kind in run.first for run in of)) for kind in kinds)
        at = f"{median(min(run.first.values()) / run.steps for run in told):.0%}" if told else ""
        yield (
            f"| {source} | {len(of)} | "
            + " | ".join(counts)
            + f" | {_both(told, quiet, 'steps')} | {_both(told, quiet, 'reward')} | {at} |"
        )


def _both(told: Sequence[Watched], quiet: Sequence[Watched], name: str) -> str:
    means = []
    for runs in (told, quiet):
        values = [value for run in runs if (value := getattr(run, name)) is not None]
        means.append(f"{fmean(values):.2f}" if values else "n/a")
    return " / ".join(means)


def costs(steps: Iterator[tuple[str, Any]]) -> Iterator[str]:
    """What each policy sends and costs beside no compression, and what it keeps, by source."""
    summaries: dict[str, Summary] = {}
    for name, step in steps:
        made = summaries.setdefault(name, Summary(stateful=True, prices=price_model("anthropic")))
        made.add(step)
    yield "| source | policy | tokens | cost | prefix breaks | at risk | tool-only |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    figures = {name: summary.to_dict()["sources"] for name, summary in summaries.items()}
    for source in next(iter(figures.values()), {}):
        for name, found in figures.items():
            row = found[source]
            share = row["cost"] / row["cost_uncompressed"]
            kept = f"{row['at_risk']:.3f} | {row['tool_only']:.3f}"
            spent = f"{row['kept_ratio']:.3f} | {share:.3f} | {row['prefix_breaks']}"
            yield f"| {source} | {name} | {spent} | {kept} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+", help="recorded trajectories")
    parser.add_argument("--budget", type=int, default=8_000, help="tokens of a request")
    parser.add_argument("--share", type=float, default=0.1, help="of the budget: reasoning in eight steps")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    options = parser.parse_args()
    tokens = int(options.share * options.budget)
    monitor = OverthinkingMonitor(reasoning_tokens=tokens, window=WINDOW)

    def runs() -> Iterator[Trajectory]:
        return chain.from_iterable(map(TrajectoryReader, options.data))

    mapper: Mapper
    with mapper_for(options.jobs) as mapper:
        print(
            "\n".join(rates(list(mapper.flat_map(partial(watched, monitor), runs())))), end="\n\n", flush=True
        )
        print("\n".join(costs(mapper.flat_map(partial(played, options.budget, tokens), runs()))))


if __name__ == "__main__":
    main()
