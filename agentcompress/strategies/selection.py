"""The selection kernel: which segments to show so that most is covered under a token budget."""

import heapq
from collections.abc import Iterable, Sequence
from copy import copy
from itertools import pairwise
from math import inf
from typing import Self

import numpy as np

from agentcompress.values import Context, Selection

from .display import Display, Offer
from .objective import HIDDEN, Objective
from .outlook import outlook

OWN_WORDS = 20
"""Tokens of a turn's own text that come with its calls: they say why, and cost less than asking again."""
_OWN_COST = 2 * OWN_WORDS
"""Tokens that these take at most, with a gap before each."""
_NEAR = 1e-9
"""Keys that differ by less are rounding error."""


class GreedySelector:
    """Lazy greedy on value per token, with upgrades from smaller renditions to larger ones.

    The value is submodular, so a key that is out of date can only be too high and is
    refreshed when it comes up (Minoux 1978); what became cheaper is offered again. A
    group costs its overhead before it shows anything: it opens when its best bundle of
    segments is worth more per token than anything else (facility location with opening
    costs).

    Attributes:
        objective: What is maximised.

    Args:
        context: What may be shown.
        objective: What it is worth.
        plain: Whether the most valuable comes next, whatever it costs: far off as a rule, but
            right where one large element is worth more than all small ones.
    """

    def __init__(self, context: Context, objective: Objective, *, plain: bool = False) -> None:
        self.objective = objective
        self._context = context
        self._plain = plain
        self._display = Display(objective)
        bounds = np.searchsorted(context.group_of, np.arange(len(context.groups) + 1)).tolist()
        self._members = [range(a, b) for a, b in pairwise(bounds)]
        self._outlook = outlook(objective)
        self._open = [False] * len(context.groups)
        self._heap: list[tuple[float, int]] = []
        # The best key a segment waits under; entries with another one are out of date.
        self._keys: dict[int, float] = {}

    def copy(self, *, plain: bool = False) -> Self:
        """The same, to go on by itself; `plain` as for the class."""
        other = copy(self)
        other._plain = plain
        other._display = self._display.copy()
        other._open, other._heap, other._keys = [*self._open], [*self._heap], {**self._keys}
        return other

    @property
    def groups(self) -> frozenset[int]:
        """Groups that are open so far."""
        return frozenset(group for group, is_open in enumerate(self._open) if is_open)

    def open(self, groups: Iterable[int], budget: int) -> int:
        """Opens groups, in the order given, while their overhead fits; returns what is left."""
        for group in groups:
            overhead = self._context.groups[group].overhead
            if self._open[group] or overhead > budget:
                continue
            budget -= overhead
            self._open[group] = True
            self._display.open(group)
            for index in self._own_words(group):
                budget = self.show(index, budget)
            for index in self._outlook.densest[group]:
                if self._display.shown[index] == HIDDEN and index not in self._keys:
                    self._push(self._first_key(self._outlook.densities[index]), index)
        return budget

    def _first_key(self, density: float) -> float:
        return -inf if self._plain else -density

    def _key(self, gain: float, cost: int) -> float:
        return -gain if self._plain or cost <= 0 else -gain / cost

    def _own_words(self, group: int) -> Sequence[int]:
        segments = self._context.segments
        own = [index for index in self._members[group] if segments[index].role != "tool"]
        return own if sum(segments[index].tokens for index in own) <= OWN_WORDS else ()

    def _offer(self, indices: Iterable[int]) -> None:
        for index in indices:
            offer = self._display.offer(index)
            if offer and (key := self._key(offer[1], offer[2])) != self._keys.get(index):
                self._push(key, index)

    def _push(self, key: float, index: int) -> None:
        self._keys[index] = key
        heapq.heappush(self._heap, (key, index))

    def show(self, index: int, budget: int, rendition: int | None = None) -> int:
        """Shows a segment, in its best rendition if none is given, if it fits; returns what is left."""
        offer = self._display.offer(index, budget, only=rendition)
        return budget if offer is None else self._take(index, offer, budget)

    def _take(self, index: int, offer: Offer, budget: int) -> int:
        form, _, cost = offer
        self._offer(sorted(self._display.show(index, form)))
        return budget - cost

    def fill(self, budget: int) -> int:
        """Spends the budget where it is worth most; returns what is left."""
        return self._spend(budget, sure=False)

    def advance(self, budget: int) -> int:
        """Fills until an offer does not fit, as every larger budget would; returns what is left."""
        return self._spend(budget, sure=True)

    def _spend(self, budget: int, *, sure: bool) -> int:
        heap, keys = self._heap, self._keys
        for group, is_open in enumerate(self._open):
            if not is_open and -1 - group not in keys:
                self._push(self._first_key(self._outlook.bundles[group]), -1 - group)
        while heap and budget > 0:
            key, index = heapq.heappop(heap)
            if key != keys.get(index):
                continue
            del keys[index]
            offer = self._best(index, inf if sure else budget)
            if sure and offer and offer[2] + (_OWN_COST if index < 0 else 0) > budget:
                self._push(key, index)
                break
            if offer is None:
                continue
            fresh = self._key(offer[1], offer[2])
            if heap and fresh > heap[0][0] + _NEAR and fresh > key + _NEAR:
                self._push(fresh, index)
            elif index < 0:
                budget = self.open([-1 - index], budget)
            else:
                budget = self._take(index, offer, budget)
        return budget

    def _best(self, index: int, budget: float) -> Offer | None:
        """What a segment brings, or a group: they wait in the same heap, groups below zero."""
        if index >= 0:
            return self._display.offer(index, budget)
        group = -1 - index
        if self._open[group] or self._context.groups[group].overhead > budget:
            return None
        promise = self._outlook
        return self._display.bundle(group, promise.densest[group], promise.densities, budget)

    def selection(self) -> Selection:
        """What is shown so far."""
        return Selection(
            renditions={index: form for index, form in enumerate(self._display.shown) if form != HIDDEN},
            groups=frozenset(filter(self._stays, range(len(self._open)))),
        )

    def _stays(self, group: int) -> bool:
        """Whether an open group shows anything; a turn of which nothing is left had better be folded."""
        segments, shown = self._context.segments, self._display.shown
        return self._open[group] and any(
            shown[index] != HIDDEN or segments[index].kind == "call" for index in self._members[group]
        )
