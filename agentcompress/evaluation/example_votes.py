"""Example selection without a model: is the right label among those chosen, and would they vote for it?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter
from typing import Any

import numpy as np

from .budgets import EvalBudget, ceiling_of
from .example_choosers import Asked, ExampleChooser, Examples, example_chooser_named
from .example_sets import ExampleSet
from .summary import time_figures

_TEMPERATURE = 0.05
"""Of the weights in a vote, on cosines mapped to [0, 1]: softmax at 0.1 on cosines."""
_SHARES = ("label_present", "majority", "weighted_vote")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one policy's examples say of one query."""

    row: Mapping[str, float]
    """What is averaged, by name."""
    over: bool
    """Whether they are over the budget."""
    ms: float
    """How long choosing took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryVotes:
    """One query of a set, measured."""

    source: str
    """The set."""
    examples: int
    """How many examples it has."""
    budget: int
    """Tokens."""
    votes: dict[str, Vote]
    """Policy → what its examples say."""


class VoteTally:
    """One policy on one set of examples."""

    def __init__(self) -> None:
        self.rows: list[Mapping[str, float]] = []
        self.times: list[float] = []
        self._over = 0

    def add(self, vote: Vote) -> None:
        """Counts one query."""
        self.rows.append(vote.row)
        self.times.append(vote.ms)
        self._over += vote.over

    def row(self) -> dict[str, Any]:
        """The figures, means over the queries."""
        return {
            **{name: round(fmean(row[name] for row in self.rows), 4) for name in self.rows[0]},
            "over_budget": self._over,
            **time_figures(self.times),
        }


class VoteEvaluation:
    """What several policies choose for each query of a set, under one budget.

    The label is present where an example that is shown has it. The majority is that of
    the labels shown, a draw going to the one whose example is most relevant; in the
    weighted vote an example counts by softmax(cosine / 0.1) of its text and the query, in the
    vectors of the static encoder, for every policy alike (Vinyals et al., "Matching
    Networks", NeurIPS 2016). The budget is of the texts of the examples.

    Args:
        budget: Tokens, a share of those of all examples, or a multiple of their mean.
        policies: Names out of `EXAMPLE_CHOOSER_NAMES`.
    """

    def __init__(self, *, budget: EvalBudget, policies: Sequence[str]) -> None:
        self._budget = budget
        self._policies = policies
        self._of: Examples | None = None
        self._choosers: dict[str, ExampleChooser] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._tallies: dict[str, dict[str, VoteTally]] = {}

    def measure(self, record: ExampleSet) -> Iterator[QueryVotes]:
        """Lets every policy choose for every query of a set, or of a part of it."""
        of = self._of
        # The parts of a set come one behind the other, all with its examples.
        if of is None or of.examples != record.train:
            of = self._of = Examples.of(record)
            self._choosers = {}
        budget = ceiling_of(self._budget, of.tokens.tolist())
        if not self._choosers:
            self._choosers = {name: example_chooser_named(name, of, budget) for name in self._policies}
        for asked in record.test:
            query = of.asked(asked.text)
            yield QueryVotes(
                source=record.source,
                examples=len(of.examples),
                budget=budget,
                votes={
                    name: _vote(of, query, asked.label, budget, chooser)
                    for name, chooser in self._choosers.items()
                },
            )

    def count(self, found: QueryVotes) -> None:
        """Counts one query."""
        counts = self._counts.setdefault(found.source, {"examples": 0, "queries": 0, "budget": 0})
        counts.update(examples=found.examples, queries=counts["queries"] + 1, budget=found.budget)
        tallies = self._tallies.setdefault(found.source, {name: VoteTally() for name in self._policies})
        for name, vote in found.votes.items():
            tallies[name].add(vote)

    def to_dict(self) -> dict[str, Any]:
        """The figures so far, JSON-ready.

        Returns:
            ``{"sets": {source: {"examples", "queries", "budget", "policies": {name: row}}},
            "macro": {"sets", "policies": {name: row}}}``. A row holds the shares `label_present`,
            `majority` and `weighted_vote`, the means `examples` and `tokens`, `over_budget` (queries
            over the budget), `ms_median` and `ms_p95` per choice. The macro rows hold means of the
            shares over the sets.
        """
        sets: dict[str, dict[str, Any]] = {
            source: {
                **counts,
                "policies": {name: tally.row() for name, tally in self._tallies[source].items()},
            }
            for source, counts in sorted(self._counts.items())
        }
        rows = [each["policies"] for each in sets.values()]
        macro = {
            name: {share: round(fmean(row[name][share] for row in rows), 4) for share in _SHARES}
            for name in self._policies
            if rows
        }
        return {"sets": sets, "macro": {"sets": len(rows), "policies": macro}}


def _vote(of: Examples, query: Asked, label: str, budget: int, chooser: ExampleChooser) -> Vote:
    begun = perf_counter()
    chosen = chooser.choose(query, budget)
    ms = (perf_counter() - begun) * 1000
    labels = [of.examples[place].label for place in chosen]
    weights = np.exp(query.similar[chosen] / _TEMPERATURE).tolist()
    tokens = int(of.tokens[chosen].sum())
    row = {
        "label_present": label in labels,
        "majority": _elected(labels, [1.0] * len(labels)) == label,
        "weighted_vote": _elected(labels, weights) == label,
        "examples": len(chosen),
        "tokens": tokens,
    }
    return Vote(row=row, over=tokens > budget, ms=ms)


def _elected(labels: Sequence[str], weights: Sequence[float]) -> str | None:
    votes: Counter[str] = Counter()
    for label, weight in zip(labels, weights, strict=True):
        votes[label] += weight  # type: ignore[assignment]
    return max(votes, key=votes.__getitem__, default=None)
