"""Several criteria as one, each on its own scale."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Criterion, Scores

_NO_SPREAD = 1e-6
"""A smaller standard deviation is rounding error."""


class WeightedCriterion:
    """A weighted sum of z-scores: each criterion counts in its own standard deviations.

    Sums of z-scores over one query beat reciprocal rank fusion: they keep how far
    ahead a segment is. A criterion that cannot tell segments apart adds nothing.

    Source: fusion by zero mean and unit variance (Montague & Aslam, "Relevance Score
    Normalization for Metasearch", CIKM 2001).

    Args:
        weights: Weight of each criterion, above 0.

    Raises:
        ValueError: No criterion, or a weight that is not above 0.
    """

    def __init__(self, weights: Mapping[Criterion, float]) -> None:
        if not weights:
            raise ValueError("weights must name at least one criterion")
        for criterion, weight in weights.items():
            if not 0 < weight < float("inf"):
                raise ValueError(f"weights must be above 0 and finite, got {weight} for {criterion}")
        self._weights = dict(weights)

    @property
    def weights(self) -> dict[Criterion, float]:
        """Weight of each criterion."""
        return dict(self._weights)

    def score(self, context: Context) -> Scores:
        """Weighted standard deviations above the least segment, shape (segments,)."""
        total = np.zeros(len(context.segments), dtype=np.float64)
        for criterion, weight in self._weights.items():
            total += weight * z_scores(criterion.score(context))
        least = total.min(initial=np.inf)
        scores: Scores = (total - least).astype(np.float32)
        return scores


def z_scores(scores: Scores) -> NDArray[np.float64]:
    """Standard deviations above the mean, shape (segments,); 0 where all scores are one."""
    if not len(scores):
        return scores.astype(np.float64)
    centred = scores - scores.mean(dtype=np.float64)
    deviation = centred.std()
    return centred / deviation if deviation > _NO_SPREAD else np.zeros_like(centred)
