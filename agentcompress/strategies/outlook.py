"""What each segment and group promises while nothing is shown: where the kernel begins to look."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .objective import Floats, Integers, Objective

_MOST = 200_000
"""Segments that may be chosen at most; of more, the densest."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """Value per token at the start; coverage only lowers it."""

    densities: list[float]
    """Of each segment with its heads, in its best rendition, shape (segments,)."""
    densest: list[list[int]]
    """The segments of each group that may be chosen, densest first, shape (groups,)."""
    bundles: list[float]
    """Of each group with its densest segments, its overhead paid, shape (groups,)."""


def outlook(objective: Objective) -> Outlook:
    """What an objective promises while nothing is shown."""
    gains = objective.gains(objective.levels({}, ()))
    counts = np.diff(objective.forms)
    with_gap = objective.tokens + np.repeat(objective.inner, counts)
    above, below = _heads(objective, gains)
    gains = gains + np.repeat(above, counts)
    costs = np.maximum(with_gap + np.repeat(below, counts), 1)
    best = _best_forms(objective, gains / costs)
    gain, cost = gains[best], costs[best]
    density = gain / cost
    order = np.lexsort((-density, objective.group_of))
    order = order[(objective.choosable & (density >= _least(density)))[order]]
    bounds = np.searchsorted(objective.group_of[order], np.arange(len(objective.overheads) + 1))
    groups = [order[start:end] for start, end in pairwise(bounds)]
    return Outlook(
        densities=density.tolist(),
        densest=[members.tolist() for members in groups],
        bundles=[
            _bundle(objective, group, gain[members].tolist(), cost[members].tolist())
            for group, members in enumerate(groups)
        ],
    )


def _least(densities: Floats) -> float:
    """Density from which on segments are looked at."""
    if len(densities) <= _MOST:
        return 0.0
    return float(np.partition(densities, -_MOST)[-_MOST])


def _heads(objective: Objective, gains: Floats) -> tuple[Floats, Integers]:
    """Gain and tokens of all heads above each segment, shape (segments,) each."""
    full = objective.forms[:-1]
    above, below = np.zeros(len(full)), np.zeros(len(full), dtype=np.intp)
    members = np.flatnonzero(objective.head >= 0)
    heads = objective.head[members]
    while len(members):
        above[members] += gains[full[heads]]
        below[members] += objective.tokens[full[heads]]
        heads = objective.head[heads]
        members, heads = members[heads >= 0], heads[heads >= 0]
    return above, below


def _best_forms(objective: Objective, densities: Floats) -> Integers:
    """The rendition of each segment that is worth most per token, shape (segments,)."""
    if not len(densities):
        return np.zeros(0, dtype=np.intp)
    most = np.repeat(np.maximum.reduceat(densities, objective.forms[:-1]), np.diff(objective.forms))
    ties = np.where(densities == most, np.arange(len(densities)), len(densities))
    best: Integers = np.minimum.reduceat(ties, objective.forms[:-1])
    return best


def _bundle(objective: Objective, group: int, gain: list[float], cost: list[int]) -> float:
    """Value per token of a group with as many of its densest segments as make it densest."""
    value = float(sum(objective.call_weights[number] for number in objective.called[group]))
    tokens = int(objective.overheads[group])
    if not tokens:
        return float("inf")
    value, total, _ = densest_bundle(value, tokens, gain, cost)
    return value / total


def densest_bundle(
    value: float, tokens: float, gain: Sequence[float], cost: Sequence[float]
) -> tuple[float, float, int]:
    """What a group is worth and costs with as many of its segments as make it densest, and how many.

    Args:
        value: What its calls are worth.
        tokens: Its overhead, above 0.
        gain: What each segment adds, densest first.
        cost: Tokens of each.
    """
    for size, (more, further) in enumerate(zip(gain, cost, strict=True)):
        if more * tokens <= value * further:
            return value, tokens, size
        value += more
        tokens += further
    return value, tokens, len(gain)
