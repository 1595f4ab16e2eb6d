"""Scores and odds that a strategy can rely on."""

from dataclasses import replace

import numpy as np

from agentcompress.values import HIGHEST_SCORE, Context, Criterion, OddsCriterion, Scores, scored


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
    if not ((known >= 0) & (known <= HIGHEST_SCORE)).all():
        raise ValueError(
            f"{type(criterion).__name__} gave odds that are negative, above {HIGHEST_SCORE:g} or no number"
        )
    return replace(context, odds=odds), scores
