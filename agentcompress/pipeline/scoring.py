"""Scores that a strategy can rely on."""

import numpy as np

from agentcompress.values import Context, Criterion, Scores


def scored(criterion: Criterion, context: Context) -> Scores:
    """What the criterion says of the context.

    Raises:
        ValueError: It is not one finite, non-negative score a segment.
    """
    scores = criterion.score(context)
    name = type(criterion).__name__
    if scores.shape != (len(context.segments),):
        raise ValueError(f"{name} gave scores of shape {scores.shape} for {len(context.segments)} segments")
    if not np.isfinite(scores).all() or (scores < 0).any():
        raise ValueError(f"{name} gave a score that is negative or not finite")
    return scores
