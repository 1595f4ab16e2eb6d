"""The set of examples that is worth most under a token budget."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .pool import Candidates

_ALIKE = 0.3
"""Share of its relevance that an example loses which says just what one taken before says."""
_COVERAGE = 1.0
"""What covering all words of the query counts, against the lead of the most relevant over the least."""
_LABEL = 4.0
"""What being sure that the right label is shown counts, on the same scale."""
_THRIFT = 1 / 3
"""Examples go by gain / tokens ** thrift, as documents do (`FillStrategy`)."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A candidate that was taken, and what it added to those taken before."""

    place: int
    """Its place among the candidates."""
    relevance: float
    """How relevant it is, from 0 for the least of the candidates to 1."""
    alike: float
    """Its cosine with the one taken before that is most like it, from 0 to 1; 0 for the first."""
    coverage: float
    """Share of the query's words that it covers better than those before it, by weight."""
    label: float
    """The odds that its label is the right one, where none before it has that label; else 0."""

    @property
    def value(self) -> float:
        """What all of it is worth together."""
        relevance = self.relevance * (1 - _ALIKE * self.alike)
        return relevance + _COVERAGE * self.coverage + _LABEL * self.label


def chosen(
    candidates: Candidates, labels: Sequence[str | None], costs: Sequence[int], budget: int
) -> list[Choice]:
    """The set with the highest value that greedy choice finds, in the order in which it was taken.

    A set is worth the relevance of each, less where it is like another one, the coverage of
    the query's words by the best of all, and the odds that the right label is among theirs.
    Greedy runs on gain per token (to a power), and once more with the most valuable candidate
    first; the better set counts.

    Source: set-level coverage of Gupta, Gardner & Singh, "Coverage-based Example Selection for
    In-Context Learning" (EMNLP 2023); likeness as in MMR (Carbonell & Goldstein, SIGIR 1998); scaled
    cost of Lin & Bilmes (NAACL 2010).

    Args:
        candidates: What comes into question.
        labels: The label of each, None where it has none.
        costs: Tokens of each.
        budget: What the tokens of the set may sum up to.
    """
    value = _Value(candidates, labels)
    tokens = np.maximum(np.array(costs, dtype=np.float64), 1.0)
    fits = tokens <= budget
    if not fits.any():
        return []
    best = int(np.where(fits, value.gains().round(6), -np.inf).argmax())
    return max(
        _filled(value, tokens, budget, first=None), _filled(value, tokens, budget, first=best), key=_worth
    )


def label_odds(relevance: Floats, labels: Sequence[str | None]) -> Floats:
    """How likely the label of each candidate is the query's, shape (candidates,); 0 for those without.

    Source: attention over labelled neighbours (Vinyals et al., "Matching Networks for One Shot
    Learning", NeurIPS 2016), on z-scores of relevance.
    """
    mass = np.exp(relevance - relevance.max(initial=-np.inf))
    odds: dict[str | None, float] = {}
    for label, share in zip(labels, (mass / max(mass.sum(), 1e-9)).tolist(), strict=True):
        odds[label] = odds.get(label, 0.0) + share
    return np.array([0.0 if label is None else odds[label] for label in labels])


class _Value:
    """What each candidate adds to those taken so far."""

    def __init__(self, candidates: Candidates, labels: Sequence[str | None]) -> None:
        self._candidates = candidates
        spread = candidates.relevance - candidates.relevance.min(initial=np.inf)
        self._relevance = spread / max(float(spread.max(initial=0.0)), 1e-9)
        self._odds = label_odds(candidates.relevance, labels)
        numbers = {label: number for number, label in enumerate(dict.fromkeys(labels))}
        self._labels = np.array([numbers[label] for label in labels], dtype=np.intp)
        self.restart()

    def restart(self) -> None:
        """Nothing is taken."""
        self._covered = np.zeros(len(self._candidates.weights))
        self._new = self._odds.copy()
        self._alike = np.zeros(len(self._relevance))

    def gains(self) -> Floats:
        """What each would add, shape (candidates,)."""
        relevance = self._relevance * (1 - _ALIKE * self._alike)
        gains: Floats = relevance + _COVERAGE * self._added() + _LABEL * self._new
        return gains

    def take(self, place: int) -> Choice:
        """Adds a candidate."""
        choice = Choice(
            place=place,
            relevance=float(self._relevance[place]),
            alike=float(self._alike[place]),
            coverage=float(self._added()[place]),
            label=float(self._new[place]),
        )
        np.maximum(self._covered, self._candidates.coverage[place], out=self._covered)
        np.maximum(self._alike, self._candidates.likeness[place], out=self._alike)
        self._new[self._labels == self._labels[place]] = 0.0
        return choice

    def _added(self) -> Floats:
        better = np.maximum(self._candidates.coverage - self._covered, 0.0)
        added: Floats = better @ self._candidates.weights
        return added


def _filled(value: _Value, tokens: Floats, budget: int, *, first: int | None) -> list[Choice]:
    value.restart()
    left, open_ = float(budget), np.ones(len(tokens), dtype=bool)
    taken: list[Choice] = []
    while True:
        fits = open_ & (tokens <= left)
        if not fits.any():
            return taken
        worth = np.where(fits, value.gains() / tokens**_THRIFT, -np.inf)
        best = int(worth.round(6).argmax()) if first is None or taken else first
        taken.append(value.take(best))
        open_[best] = False
        left -= tokens[best]


def _worth(choices: Sequence[Choice]) -> float:
    return round(sum(choice.value for choice in choices), 6)
