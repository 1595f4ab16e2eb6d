"""What is shown so far, and what showing one more segment would bring and cost."""

from collections.abc import Iterable, Sequence
from copy import copy
from math import inf
from typing import Self

import numpy as np

from .objective import GAP_TOKENS, HIDDEN, LEAD, Objective

_LEAST = 1e-3
"""Tokens that an offer is taken to cost at least, so that what is free comes first."""


Offer = tuple[int, float, int]
"""The best that showing one segment, or more of it, can do now: rendition, value it adds, tokens it
takes with the heads that have to come with it. No class, for the kernel makes them by the thousand."""


class Display:
    """An objective's value and cost, one shown segment at a time.

    A segment comes with its heads, so showing one makes its neighbours under the same heads
    cheaper, and what leads it worth more; a segment beside a shown one closes a gap. Plain
    lists, for the kernel asks for one segment at a time.

    Attributes:
        shown: Rendition of each segment, or `HIDDEN`, shape (segments,).

    Args:
        objective: What is maximised.
    """

    def __init__(self, objective: Objective) -> None:
        count = len(objective.values)
        levels = objective.levels({}, ())
        fresh = np.maximum(objective.weights - levels, 0.0)
        telling = fresh[objective.atoms] > 0
        bounds = np.concatenate([[0], np.cumsum(telling)])[objective.bounds]
        self._values: list[float] = objective.values.tolist()
        self._choosable: list[bool] = objective.choosable.tolist()
        self._head: list[int] = objective.head.tolist()
        self._lead: list[int] = objective.lead.tolist()
        self._inner: list[bool] = [*objective.inner.tolist(), False]
        self._forms: list[int] = objective.forms.tolist()
        self._tokens: list[int] = objective.tokens.tolist()
        self._words: list[float] = objective.words.tolist()
        # Of all renditions, one behind the other, the atoms that can add something.
        self._atoms: list[int] = objective.atoms[telling].tolist()
        self._bounds: list[int] = bounds.tolist()
        self._overheads: list[int] = objective.overheads.tolist()
        self._called = objective.called
        self._weights: list[float] = objective.weights.tolist()
        self._call_weights: list[float] = objective.call_weights.tolist()
        self._levels: list[float] = levels.tolist()
        # What each atom still adds to a segment that has it.
        self._fresh: list[float] = fresh.tolist()
        self._led = [0.0] * count
        # What showing each hidden segment adds to the lines that mark gaps.
        self._gaps: list[int] = (GAP_TOKENS * objective.inner).tolist()
        self._under: dict[int, list[int]] = {}
        for index in np.flatnonzero(objective.head >= 0).tolist():
            self._under.setdefault(self._head[index], []).append(index)
        self.shown = [HIDDEN] * count

    def copy(self) -> Self:
        """The same, to be shown more of on its own."""
        other = copy(self)
        other._levels, other._fresh, other._led = [*self._levels], [*self._fresh], [*self._led]
        other._gaps, other.shown = [*self._gaps], [*self.shown]
        return other

    def open(self, group: int) -> None:
        """Shows a group's calls."""
        for atom in self._called[group]:
            level = self._levels[atom] = max(self._levels[atom], self._call_weights[atom])
            if self._fresh[atom]:
                self._fresh[atom] = max(self._weights[atom] - level, 0.0)

    def bundle(self, group: int, members: Iterable[int], densities: Sequence[float], room: float) -> Offer:
        """The offer of opening a group that is not open together with its densest segments that fit.

        Args:
            group: The group.
            members: Its segments, densest first.
            densities: The most that each segment of the context can bring per token.
            room: Tokens that it may take.
        """
        fresh = self._fresh
        taken: list[tuple[int, float]] = []
        value, cost = 0.0, self._overheads[group]
        for atom in self._called[group]:
            more = self._call_weights[atom] - self._levels[atom]
            if more > 0:
                value += more
                if self._weights[atom] <= self._call_weights[atom]:
                    taken.append((atom, fresh[atom]))
                    fresh[atom] = 0.0
        for index in members:
            if densities[index] * cost <= value:
                break
            offer = self.offer(index, room - cost)
            if offer and offer[1] * cost > value * offer[2]:
                value += offer[1]
                cost += max(offer[2], 1)
                for atom in self._atoms_of(self._forms[index] + offer[0]):
                    taken.append((atom, fresh[atom]))
                    fresh[atom] = 0.0
        for atom, more in reversed(taken):
            fresh[atom] = more
        return HIDDEN, value, cost

    def offer(self, index: int, room: float = inf, only: int | None = None) -> Offer | None:
        """The best next move for a segment; None where there is none, or a rule decides on it.

        Args:
            index: The segment.
            room: Tokens it may take.
            only: The rendition to look at; None for all.
        """
        now = self.shown[index]
        if now == 0 or not self._choosable[index]:
            return None
        first, end = self._forms[index], self._forms[index + 1]
        if now == HIDDEN:
            gain, cost = self._led[index], self._gaps[index]
            head = self._head[index]
            while head >= 0 and self.shown[head] == HIDDEN:
                form = self._forms[head]
                gain += self._gain(form)
                cost += self._tokens[form]
                head = self._head[head]
            if end - first == 1:
                cost += self._tokens[first]
                return (0, gain + self._gain(first), cost) if cost <= room else None
        else:
            end = first + now
            gain, cost = -self._words[end], -self._tokens[end]
        offers = (
            (form - first, gain + self._gain(form), cost + self._tokens[form])
            for form in range(first, end)
            if cost + self._tokens[form] <= room and only in (None, form - first)
        )
        return max(offers, key=lambda offer: (offer[1] / max(offer[2], _LEAST), offer[2]), default=None)

    def _gain(self, form: int) -> float:
        value = self._words[form]
        start, end = self._bounds[form], self._bounds[form + 1]
        if start < end:
            fresh = self._fresh
            for atom in self._atoms[start:end]:
                value += fresh[atom]
        return value

    def _atoms_of(self, form: int) -> list[int]:
        return self._atoms[self._bounds[form] : self._bounds[form + 1]]

    def show(self, index: int, rendition: int) -> set[int]:
        """Shows a segment with its heads; returns the segments whose offers may be better for it."""
        better: set[int] = set()
        head = self._head[index]
        while head >= 0 and self.shown[head] == HIDDEN:
            self._show(head, 0, better)
            head = self._head[head]
        self._show(index, rendition, better)
        return {number for number in better if self.shown[number] != 0}

    def _show(self, index: int, rendition: int, better: set[int]) -> None:
        first_time = self.shown[index] == HIDDEN
        self.shown[index] = rendition
        for atom in self._atoms_of(self._forms[index] + rendition):
            if self._fresh[atom]:
                self._fresh[atom] = 0.0
                self._levels[atom] = self._weights[atom]
        if rendition:
            better.add(index)
        if first_time:
            if self._inner[index]:
                self._gaps[index - 1] -= GAP_TOKENS
                better.add(index - 1)
            if self._inner[index + 1]:
                self._gaps[index + 1] -= GAP_TOKENS
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
