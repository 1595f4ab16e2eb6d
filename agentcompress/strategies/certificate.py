"""How far from the best a selection can be at most."""

from itertools import pairwise

import numpy as np

from agentcompress.values import Selection

from .objective import LEAD, PROSE, Floats, Objective
from .outlook import densest_bundle


def upper_bound(objective: Objective, selection: Selection, budget: int) -> float:
    """No selection that extends what this one was given is worth more than this.

    F is submodular up to the worth of leads, so whatever else fits the budget adds no more
    than the sum of what each element alone would add to the selection; and elements that may
    be shown in part are best packed by value per token (the fractional knapsack of Leskovec
    et al., "Cost-effective Outbreak Detection in Networks", KDD 2007, with a group's overhead
    spread over its densest bundle). Heads and gaps are taken to cost nothing, and a segment is
    credited with the worth of its lead, shown or not: each makes the bound looser, never wrong.

    Args:
        objective: What is maximised.
        selection: Groups that are open, and what is shown of them.
        budget: Tokens that any further choice may take.
    """
    levels = objective.levels(selection.renditions, selection.groups)
    gains, costs = _additions(objective, selection, levels, budget)
    order = np.lexsort((-gains / costs, objective.group_of))
    order = order[gains[order] > 0]
    bounds = np.searchsorted(objective.group_of[order], np.arange(len(objective.overheads) + 1))
    gain, cost = gains[order].tolist(), costs[order].tolist()
    worth: list[float] = []
    costly: list[float] = []
    for group, (start, end) in enumerate(pairwise(bounds.tolist())):
        if group not in selection.groups:
            calls, overhead = _calls(objective, group, levels), max(float(objective.overheads[group]), 1e-9)
            value, tokens, size = densest_bundle(calls, overhead, gain[start:end], cost[start:end])
            worth.append(value)
            costly.append(tokens)
            start += size
        worth += gain[start:end]
        costly += cost[start:end]
    values, takes = np.array(worth), np.array(costly)
    best = np.argsort(-values / takes, kind="stable")
    values, takes = values[best], takes[best]
    taken = np.clip(budget - (np.cumsum(takes) - takes), 0.0, takes)
    more = float((values * taken / takes).sum())
    return objective.value(selection.renditions, selection.groups) + more


def _additions(
    objective: Objective, selection: Selection, levels: Floats, budget: int
) -> tuple[Floats, Floats]:
    """The most each segment could still add, and tokens at its best value per token, shape (segments,)."""
    shown = np.full(len(objective.values), -1)
    if selection.renditions:
        shown[list(selection.renditions)] = list(selection.renditions.values())
    hidden = shown < 0
    counts = np.diff(objective.forms)
    owner = np.repeat(np.arange(len(shown)), counts)
    now = np.where(hidden, 0, objective.tokens[objective.forms[:-1] + np.maximum(shown, 0)])
    gains = objective.gains(levels)
    gains = gains - (PROSE * objective.values * now)[owner]
    costs = np.maximum(objective.tokens - now[owner], 1).astype(np.float64)
    number = np.arange(len(owner)) - objective.forms[:-1][owner]
    fits = hidden[owner] & (objective.tokens <= budget)
    gains[~(fits | (number < shown[owner])) | ~objective.choosable[owner]] = 0.0
    leads = np.where(hidden & (objective.lead >= 0), LEAD * objective.values, 0.0)
    members = np.flatnonzero((objective.lead >= 0) & ~hidden)
    np.add.at(
        leads,
        objective.lead[members],
        np.where(hidden[objective.lead[members]], LEAD * objective.values[members], 0.0),
    )
    gains = np.where(gains > 0, gains + (leads * objective.choosable)[owner], 0.0)
    most = np.maximum.reduceat(gains, objective.forms[:-1]) if len(shown) else np.zeros(0)
    density = np.maximum.reduceat(gains / costs, objective.forms[:-1]) if len(shown) else np.zeros(0)
    return most, np.where(most > 0, most / np.where(density > 0, density, 1.0), 1.0)


def _calls(objective: Objective, group: int, levels: Floats) -> float:
    """What the calls of a closed group would add."""
    called = np.array(objective.called[group], dtype=np.intp)
    return float(np.maximum(objective.call_weights[called] - levels[called], 0.0).sum())
