"""The selection kernel: which segments to show so that most is covered under a token budget."""

import heapq
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from agentcompress.values import Context, Scores, Selection

GAP_TOKENS = 1
"""Cost of the line that marks a gap inside a message."""
SPREAD = 0.5
"""Exponent on scores: below 1 it spreads the budget over more atoms."""
SAID = 0.3
"""Weight of an atom that a call or a message also says, against one only tool outputs have."""
PROSE = 0.02
"""Value of a token that carries no atom not yet shown, against an atom of weight 1."""
OWN_WORDS = 60
"""Tokens of a turn's own text that come with its calls: they say why, and cost less than asking again."""


class GreedySelector:
    """Lazy greedy on value per token, with coverage of atoms as the value.

    An atom is worth the best score of the segments that have it, once: the value is
    monotone and submodular, so a key that is out of date can only be too high and is
    refreshed when it comes up (Minoux 1978). Showing a segment beside a shown one
    closes a gap and is cheaper, so neighbours are offered again. A group costs its
    overhead before it shows anything: it opens when its best bundle of segments is
    worth more per token than anything else (facility location with opening costs).

    Args:
        context: What may be shown.
        scores: One score a segment, higher = keep, shape (segments,).
    """

    def __init__(self, context: Context, scores: Scores) -> None:
        self._context = context
        self._segments = context.segments
        self._scores = [round(float(score), 6) for score in scores]
        self._message_of = context.message_of.tolist()
        bounds = np.searchsorted(context.group_of, np.arange(len(context.groups) + 1)).tolist()
        self._members = [range(a, b) for a, b in pairwise(bounds)]
        self._weights = self._atom_weights()
        self._covered = set(context.visible)
        self._chosen = [False] * len(self._segments)
        self._open = [False] * len(context.groups)
        self._heap: list[tuple[float, int]] = []

    def _atom_weights(self) -> dict[str, float]:
        weights: dict[str, float] = {}
        said = {atom for group in self._context.groups for atom in group.atoms}
        for segment, score in zip(self._segments, self._scores, strict=True):
            if segment.role != "tool":
                said.update(segment.atoms)
            for atom in segment.atoms:
                if score > weights.get(atom, -1.0):
                    weights[atom] = score
        return {atom: score**SPREAD * (SAID if atom in said else 1.0) for atom, score in weights.items()}

    def _gain(self, index: int, covered: set[str]) -> float:
        segment = self._segments[index]
        weights = self._weights
        value: float = PROSE * self._scores[index] ** SPREAD * segment.tokens
        for atom in segment.atoms:
            if atom not in covered:
                value += weights[atom]
        return value

    def _cost(self, index: int) -> int:
        here = self._message_of[index]
        first = index == 0 or self._message_of[index - 1] != here
        last = index + 1 == len(self._chosen) or self._message_of[index + 1] != here
        opens = not first and not self._chosen[index - 1]
        closes = not last and self._chosen[index + 1]
        return self._segments[index].tokens + GAP_TOKENS * (opens - closes)

    def _density(self, index: int) -> float:
        cost = self._cost(index)
        return self._gain(index, self._covered) / cost if cost > 0 else float("inf")

    def _bundle_density(self, group: int) -> float:
        """Best value per token of opening the group together with its densest segments."""
        atoms = [atom for atom in self._context.groups[group].atoms if atom not in self._covered]
        covered = self._covered.union(atoms)
        ranked = sorted(self._members[group], key=lambda i: (-self._density(i), i))
        value = sum(self._weights.get(atom, 0.0) for atom in atoms)
        cost = self._context.groups[group].overhead
        best = value / cost if cost else float("inf")
        for index in ranked:
            value += self._gain(index, covered)
            covered.update(self._segments[index].atoms)
            cost += max(self._cost(index), 1)
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
            self._covered.update(self._context.groups[group].atoms)
            budget = self.show(self._own_words(group), budget)
            for index in self._members[group]:
                heapq.heappush(self._heap, (-self._density(index), index))
        return budget

    def _own_words(self, group: int) -> list[int]:
        own = [index for index in self._members[group] if self._segments[index].role == "assistant"]
        return own if sum(self._segments[index].tokens for index in own) <= OWN_WORDS else []

    def show(self, indices: Sequence[int], budget: int) -> int:
        """Shows segments of open groups as far as they fit; returns what is left."""
        for index in indices:
            cost = self._cost(index)
            if not self._chosen[index] and cost <= budget:
                budget -= cost
                self._take(index)
        return budget

    def _take(self, index: int) -> None:
        self._chosen[index] = True
        self._covered.update(self._segments[index].atoms)
        for near in (index - 1, index + 1):
            inside = 0 <= near < len(self._chosen) and self._message_of[near] == self._message_of[index]
            if inside and not self._chosen[near]:
                heapq.heappush(self._heap, (-self._density(near), near))

    def fill(self, budget: int) -> int:
        """Spends the budget where it is worth most; returns what is left."""
        heap = self._heap
        for group, is_open in enumerate(self._open):
            if not is_open:
                heapq.heappush(heap, (-self._bundle_density(group), -1 - group))
        while heap and budget > 0:
            key, index = heapq.heappop(heap)
            group = -1 - index  # groups wait in the same heap, below zero
            if index < 0:
                if self._open[group] or self._context.groups[group].overhead > budget:
                    continue
                density = self._bundle_density(group)
            elif self._chosen[index]:
                continue
            else:
                density = self._density(index)
            if heap and -density > heap[0][0] + 1e-9 and -density > key + 1e-9:
                heapq.heappush(heap, (-density, index))
            elif index < 0:
                budget = self.open([group], budget)
            else:
                budget = self.show([index], budget)
        return budget

    def selection(self) -> Selection:
        """What is shown so far."""
        return Selection(
            renditions={index: 0 for index, chosen in enumerate(self._chosen) if chosen},
            groups=frozenset(group for group, is_open in enumerate(self._open) if is_open),
        )
