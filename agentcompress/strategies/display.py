"""What is shown so far, and what showing one more segment would bring and cost."""

from collections.abc import Iterator, MutableMapping
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from .objective import GAP_TOKENS, HIDDEN, LEAD, PROSE, Objective

_LEAST = 1e-3
"""Tokens that an offer is taken to cost at least, so that what is free comes first."""


class Offer(NamedTuple):
    """The best that showing one segment, or more of it, can do now."""

    rendition: int
    """Index into the segment's renditions."""
    gain: float
    """Value it adds."""
    cost: int
    """Tokens it takes, heads that have to come with it included."""


class Display:
    """An objective's value and cost, one shown segment at a time.

    A segment comes with its heads, so showing one makes its neighbours under the same heads
    cheaper, and what leads it worth more; a segment beside a shown one closes a gap. Plain
    lists, for the kernel asks for one segment at a time.

    Attributes:
        shown: Rendition of each segment, or `HIDDEN`, shape (segments,).
        levels: What each atom counts so far, shape (atoms,).

    Args:
        objective: What is maximised.
    """

    def __init__(self, objective: Objective) -> None:
        count = len(objective.values)
        self._values: list[float] = objective.values.tolist()
        self._choosable: list[bool] = objective.choosable.tolist()
        self._head: list[int] = objective.head.tolist()
        self._lead: list[int] = objective.lead.tolist()
        self._inner: list[bool] = [*objective.inner.tolist(), False]
        self._forms: list[int] = objective.forms.tolist()
        self._tokens: list[int] = objective.tokens.tolist()
        atoms = objective.atoms.tolist()
        self._atoms = [atoms[start:end] for start, end in pairwise(objective.bounds.tolist())]
        self._called = objective.called
        self._weights: list[float] = objective.weights.tolist()
        self._call_weights: list[float] = objective.call_weights.tolist()
        self._led = [0.0] * count
        self._under: dict[int, list[int]] = {}
        for index in np.flatnonzero(objective.head >= 0).tolist():
            self._under.setdefault(self._head[index], []).append(index)
        self.shown = [HIDDEN] * count
        self.levels: list[float] = objective.levels({}, ()).tolist()

    def open(self, group: int) -> None:
        """Shows a group's calls."""
        for atom in self._called[group]:
            self.levels[atom] = max(self.levels[atom], self._call_weights[atom])

    def worth_of_calls(self, group: int, levels: MutableMapping[int, float]) -> float:
        """What a group's calls add; `levels` takes what they then count."""
        value = 0.0
        for atom in self._called[group]:
            more = self._call_weights[atom] - self.levels[atom]
            if more > 0:
                value += more
                levels[atom] = self._call_weights[atom]
        return value

    def offer(
        self,
        index: int,
        room: float = inf,
        also: MutableMapping[int, float] | None = None,
        only: int | None = None,
    ) -> Offer | None:
        """The best next move for a segment; None where there is none, or a rule decides on it.

        Args:
            index: The segment.
            room: Tokens it may take.
            also: Atom → what it is to be taken to count.
            only: The rendition to look at; None for all.
        """
        now = self.shown[index]
        if now == 0 or not self._choosable[index]:
            return None
        first, end = self._forms[index], self._forms[index + 1]
        if now == HIDDEN:
            gain, cost = self._led[index], self._gap(index)
            if self._head[index] >= 0:
                for head in self._hidden_heads(index):
                    gain += self._gain(head, self._forms[head], also)
                    cost += self._tokens[self._forms[head]]
            if end - first == 1:
                cost += self._tokens[first]
                return Offer(0, gain + self._gain(index, first, also), cost) if cost <= room else None
        else:
            end = first + now
            cost = -self._tokens[end]
            gain = PROSE * self._values[index] * cost
        offers = (
            Offer(form - first, gain + self._gain(index, form, also), cost + self._tokens[form])
            for form in range(first, end)
            if cost + self._tokens[form] <= room and only in (None, form - first)
        )
        return max(offers, key=lambda offer: (offer.gain / max(offer.cost, _LEAST), offer.cost), default=None)

    def _gain(self, index: int, form: int, also: MutableMapping[int, float] | None) -> float:
        value = PROSE * self._values[index] * self._tokens[form]
        levels, weights = self.levels, self._weights
        for atom in self._atoms[form]:
            more = weights[atom] - levels[atom]
            if more > 0 and (also is None or weights[atom] > also.get(atom, 0.0)):
                value += more
        return value

    def covered_by(self, index: int, rendition: int) -> Iterator[tuple[int, float]]:
        """Atoms of a rendition with what they count in it."""
        return ((atom, self._weights[atom]) for atom in self._atoms[self._forms[index] + rendition])

    def _gap(self, index: int) -> int:
        opens = self._inner[index] and self.shown[index - 1] == HIDDEN
        closes = self._inner[index + 1] and self.shown[index + 1] != HIDDEN
        return GAP_TOKENS * (opens - closes)

    def _hidden_heads(self, index: int) -> Iterator[int]:
        while (index := self._head[index]) >= 0 and self.shown[index] == HIDDEN:
            yield index

    def show(self, index: int, rendition: int) -> set[int]:
        """Shows a segment with its heads; returns the segments whose offers may be better for it."""
        better: set[int] = set()
        if self._head[index] >= 0:
            for head in list(self._hidden_heads(index)):
                self._show(head, 0, better)
        self._show(index, rendition, better)
        return {number for number in better if self.shown[number] != 0}

    def _show(self, index: int, rendition: int, better: set[int]) -> None:
        first_time = self.shown[index] == HIDDEN
        self.shown[index] = rendition
        levels, weights = self.levels, self._weights
        for atom in self._atoms[self._forms[index] + rendition]:
            if weights[atom] > levels[atom]:
                levels[atom] = weights[atom]
        if rendition:
            better.add(index)
        if first_time:
            if self._inner[index]:
                better.add(index - 1)
            if self._inner[index + 1]:
                better.add(index + 1)
            if index in self._under:
                better |= self._descendants(index)
            if (lead := self._lead[index]) >= 0:
                self._led[lead] += LEAD * self._values[index]
                better.add(lead)

    def _descendants(self, index: int) -> set[int]:
        found: set[int] = set()
        waiting = [index]
        while waiting:
            members = self._under.get(waiting.pop(), ())
            found.update(members)
            waiting += members
        return found
