"""Of the tokens that are not sent under a ceiling: which part was condensed, shortened or folded?

Each step of a recorded run is credited: what a result was condensed by when it arrived, what an eviction took
off it later, what is gone with its whole turn; and charged for what notes say, of what is gone or comes back.

usage: python -m benchmarks.savings DATA.jsonl.gz… [--budget 8000] [--jobs 2] [--json]
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from agentcompress.errors import InvalidInputError
from agentcompress.evaluation.playing import ReplaySettings
from agentcompress.evaluation.policy import Shown
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.replay import Step
from agentcompress.mappers import mapper_for
from agentcompress.report.views import MessageViews
from agentcompress.tokens import RequestCounter
from agentcompress.values import Plan, checked_limit

_PARTS = {
    "arrival": "condensed on arrival",
    "eviction": "shortened by evictions",
    "folding": "folded",
    "notes": "spent on notes",
}


class Ledger:
    """Adds up, step by step, which tokens of a run were not sent, and why.

    Args:
        counter: Counts messages.
    """

    def __init__(self, counter: RequestCounter) -> None:
        self._counter = counter
        self._views = MessageViews(counter)
        self._arrived: list[int] = []
        self.saved: Counter[str] = Counter(dict.fromkeys(_PARTS, 0))

    def watch(self, recording: Recording, step: Step, shown: Shown) -> None:
        """Takes one step; what arrives at an eviction is decided by it."""
        if shown.plan is None:  # Its hard pins did not fit.
            return
        sent = [recording.look(message)[0] for message in shown.messages]
        views = self._views.of(recording.views[: step.index], sent, shown.plan)
        inside = self._noted_inside(shown.plan)
        self.saved["eviction"] += inside
        self.saved["notes"] -= inside + sum(view.tokens_after for view in views if view.state == "added")
        for place, view in enumerate(view for view in views if view.state != "added"):
            if place == len(self._arrived):
                self._arrived.append(view.tokens_before if step.evicted else view.tokens_after)
            arrived = self._arrived[place]
            self.saved["arrival"] += view.tokens_before - arrived
            self.saved["folding" if view.state == "folded" else "eviction"] += arrived - view.tokens_after

    def _noted_inside(self, plan: Plan) -> int:
        """Tokens of notes within messages that stay."""
        staying = (notes for name, notes in plan.notes.items() if name not in plan.folded)
        inside = (note for notes in staying for note in notes if not note.is_message)
        return sum(self._counter.text(note.text) for note in inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """Savings under one budget, so that any process can find those of a run."""

    budget: int
    """Tokens of a whole request."""

    def of(self, trajectory: Trajectory) -> Iterator[tuple[str, Counter[str]]]:
        """The source of a run and what was saved in it; nothing of a run that fits, or never does."""
        replay = ReplaySettings(budget=self.budget, policy="agentcompress", stateful=True).replay()
        ledger = Ledger(RequestCounter(counter=replay.measure.counter))
        steps = list(replay.play([trajectory], ledger.watch))
        if any(step.full_tokens > self.budget for step in steps) and ledger.saved.total() > 0:
            yield trajectory.source, ledger.saved


def shares(saved: Counter[str]) -> dict[str, float]:
    """Each part as a share of all that was saved."""
    return {part: round(saved[part] / saved.total(), 4) for part in _PARTS}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="+", help="recorded trajectories")
    parser.add_argument("--budget", type=int, default=8_000, help="tokens of a request")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the work")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    sources: dict[str, Counter[str]] = defaultdict(Counter)
    runs: Counter[str] = Counter()
    readers = chain.from_iterable(map(TrajectoryReader, options.data))
    try:
        checked_limit(options.budget)
        with mapper_for(options.jobs) as mapper:
            for source, saved in mapper.flat_map(Savings(budget=options.budget).of, readers):
                sources[source].update(saved)
                runs[source] += 1
    except (InvalidInputError, OSError, ValueError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print("interrupted: shares of the runs so far", file=sys.stderr)
    rows = {source: {"runs": runs[source], **shares(saved)} for source, saved in sources.items()}
    mean = {part: round(sum(row[part] for row in rows.values()) / max(1, len(rows)), 4) for part in _PARTS}
    figures = {"budget": options.budget, "sources": rows, "mean": mean}
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for source, row in {**rows, "mean": {"runs": sum(runs.values()), **mean}}.items():
        said = ", ".join(f"{name} {row[part]:.0%}" for part, name in _PARTS.items())
        print(f"{source} ({row['runs']} runs): {said}")


if __name__ == "__main__":
    main()
