"""The selection kernel: which segments to show so that most is covered under a token budget."""

import heapq
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from agentcompress.values import Context, Scores, Selection

from .display import HIDDEN, Display

OWN_WORDS = 60
"""Tokens of a turn's own text that come with its calls: they say why, and cost less than asking again."""


class GreedySelector:
    """Lazy greedy on value per token, with upgrades from smaller renditions to larger ones.

    The value is submodular, so a key that is out of date can only be too high and is
    refreshed when it comes up (Minoux 1978); what became cheaper is offered again. A
    group costs its overhead before it shows anything: it opens when its best bundle of
    segments is worth more per token than anything else (facility location with opening
    costs).

    Args:
        context: What may be shown.
        scores: One score a segment, higher = keep, shape (segments,).
    """

    def __init__(self, context: Context, scores: Scores) -> None:
        self._context = context
        self._display = Display(context, scores)
        bounds = np.searchsorted(context.group_of, np.arange(len(context.groups) + 1)).tolist()
        self._members = [range(a, b) for a, b in pairwise(bounds)]
        self._open = [False] * len(context.groups)
        self._heap: list[tuple[float, int]] = []
        # The best key a segment waits under; entries with another one are out of date.
        self._keys: dict[int, float] = {}

    def _bundle_density(self, group: int) -> float:
        """Best value per token of opening the group together with its densest segments."""
        display = self._display
        atoms = self._context.groups[group].atoms
        covered = display.covered.union(atoms)
        value, cost = display.worth(atoms), self._context.groups[group].overhead
        best = value / cost if cost else float("inf")
        offers = [(display.offer(index), index) for index in self._members[group]]
        for _, index in sorted((-offer.density, index) for offer, index in offers if offer):
            offer = display.offer(index, covered)
            if offer is None:
                continue
            value += offer.gain
            covered.update(self._context.segments[index].renditions[offer.rendition].atoms)
            cost += max(offer.cost, 1)
            if value / cost < best:
                break
            best = value / cost
        return best

    def open(self, groups: Iterable[int], budget: int) -> int:
        """Opens groups, in the order given, while their overhead fits; returns what is left."""
        for group in groups:
            overhead = self._context.groups[group].overhead
            if self._open[group] or overhead > budget:
                continue
            budget -= overhead
            self._open[group] = True
            self._display.covered.update(self._context.groups[group].atoms)
            for index in self._own_words(group):
                budget = self._show(index, budget)
            self._offer(self._members[group])
        return budget

    def _own_words(self, group: int) -> Sequence[int]:
        segments = self._context.segments
        own = [index for index in self._members[group] if segments[index].role == "assistant"]
        return own if sum(segments[index].tokens for index in own) <= OWN_WORDS else ()

    def _offer(self, indices: Iterable[int]) -> None:
        for index in indices:
            offer = self._display.offer(index)
            if offer and -offer.density != self._keys.get(index):
                self._push(-offer.density, index)

    def _push(self, key: float, index: int) -> None:
        self._keys[index] = key
        heapq.heappush(self._heap, (key, index))

    def _show(self, index: int, budget: int) -> int:
        offer = self._display.offer(index)
        if offer is None or offer.cost > budget:
            return budget
        self._offer(sorted(self._display.show(index, offer.rendition)))
        return budget - offer.cost

    def fill(self, budget: int) -> int:
        """Spends the budget where it is worth most; returns what is left."""
        heap = self._heap
        for group, is_open in enumerate(self._open):
            if not is_open:
                self._push(-self._bundle_density(group), -1 - group)
        while heap and budget > 0:
            key, index = heapq.heappop(heap)
            group = -1 - index  # groups wait in the same heap, below zero
            if key != self._keys.get(index):
                continue
            del self._keys[index]
            if index < 0:
                if self._open[group] or self._context.groups[group].overhead > budget:
                    continue
                density = self._bundle_density(group)
            else:
                offer = self._display.offer(index)
                if offer is None:
                    continue
                density = offer.density
            if heap and -density > heap[0][0] + 1e-9 and -density > key + 1e-9:
                self._push(-density, index)
            elif index < 0:
                budget = self.open([group], budget)
            else:
                budget = self._show(index, budget)
        return budget

    def selection(self) -> Selection:
        """What is shown so far."""
        return Selection(
            renditions={index: form for index, form in enumerate(self._display.shown) if form != HIDDEN},
            groups=frozenset(group for group, is_open in enumerate(self._open) if is_open),
        )
