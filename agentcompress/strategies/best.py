"""The best of several greedy choices, with a certificate."""

from collections.abc import Callable, Iterator
from dataclasses import replace

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

Pins = Callable[[GreedySelector], int]
"""Shows what is shown in any case; returns the tokens left."""


def best_selection(start: GreedySelector, pins: Pins) -> Selection:
    """What is worth most, as far as greedy choice finds it.

    Value per token alone can miss one large element that is worth more than all it shows; where
    there are such elements, plain greedy and the best single ones first are tried too, and the
    best of these is within (1 - 1/e) / 2 of the optimum (Leskovec et al., KDD 2007).

    Args:
        start: Shows nothing yet, and stays as it is.
        pins: Shows what is shown in any case.
    """
    objective = start.objective
    pinned = start.copy()
    budget = pins(pinned)
    selector = pinned.copy()
    selector.fill(budget)
    found = [selector]
    if objective.tokens.max(initial=0) > _LARGE * budget:
        plain = start.copy(plain=True)
        plain.fill(pins(plain))
        found += [plain, *_singles_first(objective, pinned, budget)]
    worth = [objective.value(one.renditions, one.groups) for one in map(_opened, found)]
    best = int(np.argmax(worth))
    bound = min(upper_bound(objective, _opened(one), budget) for one in (pinned, found[best]))
    return replace(found[best].selection(), certificate=min(1.0, worth[best] / bound) if bound > 0 else 1.0)


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
