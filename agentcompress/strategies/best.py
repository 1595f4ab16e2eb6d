"""The best of several greedy choices, with a certificate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from agentcompress.values import Selection

from .certificate import upper_bound
from .objective import Objective
from .selection import GreedySelector

_LARGE = 0.05
"""Share of the budget above which one element can lead greedy choice by value per token astray."""
_SINGLES = 16
"""How many single elements are tried as the first at most."""
_TRIED = 4_000
"""Segments looked at in such trials, so that they stay cheap where there are many."""
_SPARED = 8
"""One part of so many is left out of what budgets are expected to share: they differ by less."""

Pins = Callable[[GreedySelector, int], int]
"""Shows what is shown in any case within a budget; returns the tokens left."""


class BestSelector:
    """Selects what is worth most, as far as greedy choice finds it.

    Value per token alone can miss one large element that is worth more than all it shows; where
    there are such elements, plain greedy and the best single ones first are tried too, and the
    best of these is within (1 - 1/e) / 2 of the optimum (Leskovec et al., KDD 2007).

    Args:
        start: Shows nothing yet, and stays as it is.
        pins: Shows what is shown in any case.
    """

    def __init__(self, start: GreedySelector, pins: Pins) -> None:
        self._start = start
        self._pins = pins
        self._path: _Path | None = None

    def select(self, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        objective = self._start.objective
        pinned = self._start.copy()
        left = self._pins(pinned, budget)
        found = [self._greedy(pinned, left)]
        if objective.tokens.max(initial=0) > _LARGE * left:
            plain = self._start.copy(plain=True)
            plain.fill(self._pins(plain, budget))
            found += [plain, *_singles_first(objective, pinned, left)]
        worth = [objective.value(one.renditions, one.groups) for one in map(_opened, found)]
        best = int(np.argmax(worth))
        bound = min(upper_bound(objective, _opened(one), left) for one in (pinned, found[best]))
        certificate = min(1.0, worth[best] / bound) if bound > 0 else 1.0
        return replace(found[best].selection(), certificate=certificate)

    def _greedy(self, pinned: GreedySelector, budget: int) -> GreedySelector:
        """Greedy by value per token, begun where another budget with the same pins has led already."""
        path = self._path
        if path is None or budget < path.least or _opened(path.pinned) != _opened(pinned):
            path = self._path = _Path(pinned=pinned, ahead=pinned.copy())
        path.least = max(path.least, budget - budget // _SPARED)
        more = path.least - path.spent
        path.spent += more - path.ahead.advance(more)
        selector = path.ahead.copy()
        selector.fill(budget - path.spent)
        return selector


@dataclass(slots=True)
class _Path:
    """How greedy choice begins whatever the budget, from some size on."""

    pinned: GreedySelector
    """With what it began."""
    ahead: GreedySelector
    """How far it is."""
    spent: int = 0
    """Tokens that this took."""
    least: int = 0
    """The smallest budget that leads here."""


def _opened(selector: GreedySelector) -> Selection:
    """What is shown so far, with every group that is open, whether anything of it is shown or not."""
    return replace(selector.selection(), groups=selector.groups)


def _singles_first(objective: Objective, pinned: GreedySelector, budget: int) -> Iterator[GreedySelector]:
    for segment, rendition in _best_singles(objective, _opened(pinned), budget):
        selector = pinned.copy()
        left = selector.open([int(objective.group_of[segment])], budget)
        selector.fill(selector.show(segment, left, rendition))
        yield selector


def _best_singles(objective: Objective, pinned: Selection, budget: int) -> Iterator[tuple[int, int]]:
    """Hidden segments and renditions that add most on their own, their group's overhead paid."""
    gains = objective.gains(objective.levels(pinned.renditions, pinned.groups))
    segments = np.repeat(np.arange(len(objective.values)), np.diff(objective.forms))
    closed = np.ones(len(objective.overheads), dtype=bool)
    closed[list(pinned.groups)] = False
    costs = objective.tokens + (objective.overheads * closed)[objective.group_of[segments]]
    fits = objective.choosable[segments] & (costs <= budget) & ~np.isin(segments, list(pinned.renditions))
    most = min(_SINGLES, max(1, _TRIED // len(objective.values)))
    for form in np.argsort(-np.where(fits, gains, -1.0), kind="stable")[:most].tolist():
        if fits[form]:
            segment = int(segments[form])
            yield segment, form - int(objective.forms[segment])
