"""Evidence recall: how much of what answers a question is still shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter
from typing import Any

from agentcompress.tokens import default_counter

from .budgets import EvalBudget, ceiling_of
from .choosers import Chooser, Choosing, chooser_named
from .questions import Question
from .summary import time_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What one policy made of one question."""

    recall: float
    """Share of the evidence that is shown."""
    ratio: float
    """Share of the tokens that is shown."""
    over: bool
    """Whether it is over the budget."""
    ms: float
    """How long choosing took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChoices:
    """One question, measured."""

    source: str
    """Where it comes from."""
    unknown: int
    """Evidence that is none of its documents."""
    choices: dict[str, Choice]
    """Policy → what it made of it; empty where there is no evidence."""


class RecallTally:
    """One policy on one set of questions."""

    def __init__(self) -> None:
        self._recalls: list[float] = []
        self._ratios: list[float] = []
        self.times: list[float] = []
        self._over = 0

    def add(self, choice: Choice) -> None:
        """Counts what was kept for one question."""
        self.times.append(choice.ms)
        self._recalls.append(choice.recall)
        self._ratios.append(choice.ratio)
        self._over += choice.over

    def row(self) -> dict[str, Any]:
        """The figures, means over the questions."""
        return {
            "recall": round(fmean(self._recalls), 4),
            "complete": round(fmean(recall == 1 for recall in self._recalls), 4),
            "kept_ratio": round(fmean(self._ratios), 4),
            "over_budget": self._over,
            **time_figures(self.times),
        }


class RecallEvaluation:
    """Evidence recall of several policies under one budget.

    A document counts as kept where all of its text is shown; there is no credit for a
    part of it, and every policy here shows documents whole or not at all. Recall is the
    share of a question's evidence documents that are kept, averaged over the questions
    of a source. The budget is of the documents alone: a fraction is of the o200k tokens
    of all of a question's documents, rounded down.

    Args:
        budget: Tokens, a share of those of a question's documents, or a multiple of their mean.
        policies: Names out of `CHOOSER_NAMES`.

    Raises:
        ValueError: No policy has one of the names.
    """

    def __init__(self, *, budget: EvalBudget, policies: Sequence[str]) -> None:
        self._budget = budget
        self._choosers = {name: chooser_named(name) for name in policies}
        self._counter = default_counter()
        self._tallies: dict[str, dict[str, RecallTally]] = {}
        self._questions: dict[str, dict[str, int]] = {}

    def measure(self, question: Question) -> Iterator[QuestionChoices]:
        """Lets every policy choose for one question, if it has evidence."""
        texts = [document.text for document in question.documents]
        tokens = self._counter.count_many(texts)
        place = {document.id: index for index, document in enumerate(question.documents)}
        labelled = set(question.evidence)
        evidence = {place[name] for name in labelled if name in place}
        task = Choosing(id=question.id, question=question.question, texts=texts, tokens=tokens)
        ceiling = ceiling_of(self._budget, tokens)
        choosers = self._choosers if evidence else {}
        yield QuestionChoices(
            source=question.source,
            unknown=len(labelled - place.keys()),
            choices={name: _choice(task, evidence, ceiling, chooser) for name, chooser in choosers.items()},
        )

    def count(self, found: QuestionChoices) -> None:
        """Counts one question."""
        counts = self._questions.setdefault(
            found.source, {"questions": 0, "without_evidence": 0, "unknown_evidence": 0}
        )
        counts["questions" if found.choices else "without_evidence"] += 1
        counts["unknown_evidence"] += found.unknown
        if found.choices:
            tallies = self._tallies.setdefault(found.source, {name: RecallTally() for name in self._choosers})
            for name, choice in found.choices.items():
                tallies[name].add(choice)

    def to_dict(self) -> dict[str, Any]:
        """The figures so far, JSON-ready.

        Returns:
            ``{"sets": {source: {"questions", "without_evidence", "unknown_evidence",
            "policies": {name: row}}}, "macro": {"sets", "policies": {name: row}}}``. A row
            holds `recall`, `complete` (share of questions all of whose evidence is kept),
            `kept_ratio` (mean share of the tokens that is shown), `over_budget` (questions
            over the budget), `ms_median` and `ms_p95` per choice. The macro rows hold means
            over the sets, sums of `over_budget` and times over all choices. Sets all of
            whose questions are without evidence have no policies and do not count.
        """
        sets = {
            source: {
                **counts,
                "policies": {name: tally.row() for name, tally in self._tallies.get(source, {}).items()},
            }
            for source, counts in sorted(self._questions.items())
        }
        return {"sets": sets, "macro": {"sets": len(self._tallies), "policies": self._macro()}}

    def _macro(self) -> dict[str, Any]:
        if not self._tallies:
            return {}
        return {
            name: self._macro_row([tallies[name] for tallies in self._tallies.values()])
            for name in self._choosers
        }

    def _macro_row(self, tallies: Sequence[RecallTally]) -> dict[str, Any]:
        rows = [tally.row() for tally in tallies]
        return {
            **{
                name: round(fmean(row[name] for row in rows), 4)
                for name in ("recall", "complete", "kept_ratio")
            },
            "over_budget": sum(row["over_budget"] for row in rows),
            **time_figures([ms for tally in tallies for ms in tally.times]),
        }


def _choice(task: Choosing, evidence: set[int], ceiling: int, chooser: Chooser) -> Choice:
    begun = perf_counter()
    shown = chooser.choose(task, ceiling)
    ms = (perf_counter() - begun) * 1000
    tokens = sum(task.tokens[index] for index in shown)
    return Choice(
        recall=len(evidence.intersection(shown)) / len(evidence),
        ratio=tokens / max(1, sum(task.tokens)),
        over=tokens > ceiling,
        ms=ms,
    )
