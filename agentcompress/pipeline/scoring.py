"""Scores that a strategy can rely on."""

from dataclasses import replace

import numpy as np

from agentcompress.values import Context, Criterion, OddsCriterion, Scores

_MOST = 1e30
"""Scores from which on sums and roundings of them may leave float32."""


def scored(criterion: Criterion, context: Context) -> Scores:
    """What the criterion says of the context.

    Raises:
        ValueError: It is not one score from 0 to 1e30 a segment.
    """
    scores = criterion.score(context)
    name = type(criterion).__name__
    if scores.shape != (len(context.segments),):
        raise ValueError(f"{name} gave scores of shape {scores.shape} for {len(context.segments)} segments")
    if not np.isfinite(scores).all() or (scores < 0).any() or (scores > _MOST).any():
        raise ValueError(f"{name} gave a score that is negative, above {_MOST:g} or not finite")
    return scores


def judged(criterion: Criterion, context: Context) -> tuple[Context, Scores]:
    """The context with the odds of its atoms, where the criterion knows them, and its scores.

    Raises:
        ValueError: A score or one of the odds is not from 0 to 1e30.
    """
    scores = scored(criterion, context)
    if not isinstance(criterion, OddsCriterion):
        return context, scores
    odds = criterion.odds(context, scores)
    known = np.fromiter(odds.values(), dtype=np.float64, count=len(odds))
    if not ((known >= 0) & (known <= _MOST)).all():
        raise ValueError(
            f"{type(criterion).__name__} gave odds that are negative, above {_MOST:g} or no number"
        )
    return replace(context, odds=odds), scores
