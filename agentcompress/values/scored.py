"""Scores that a strategy can rely on."""

import numpy as np

from .protocols import Criterion, Scores
from .segment import Context

HIGHEST_SCORE = 1e30
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
    if not np.isfinite(scores).all() or (scores < 0).any() or (scores > HIGHEST_SCORE).any():
        raise ValueError(f"{name} gave a score that is negative, above {HIGHEST_SCORE:g} or not finite")
    return scores
