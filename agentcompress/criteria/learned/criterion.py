"""What recorded runs tell of which identifiers an agent uses next."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from agentcompress.values import Context, Criterion, Scores

from .features import atom_features
from .weights import LearnedWeights

DEFAULT_WEIGHTS = Path(__file__).parent / "data" / "weights.safetensors"
_MOST = 4.0
"""Logarithm of how far a learned weight may move an atom from what other criteria say."""


class LearnedCriterion:
    """Another criterion's scores, and for each atom that only tools said the odds that a call uses it next.

    The other criterion's score is one more feature of a conditional logit, in which the atoms of one
    context compete: with weights of zero the odds are those scores.

    Source: McFadden, "Conditional Logit Analysis of Qualitative Choice Behavior" (1974); on labels from
    what agents use again see arXiv 2606.20954.

    Args:
        base: Scores the segments.
        weights: What was learned; None takes the weights that come with the library.

    Raises:
        InvalidInputError: The library's weights are missing.
    """

    def __init__(self, base: Criterion, weights: LearnedWeights | None = None) -> None:
        self._base = base
        self._weights = weights or LearnedWeights.load(DEFAULT_WEIGHTS)

    def score(self, context: Context) -> Scores:
        """The other criterion's scores, shape (segments,)."""
        return self._base.score(context)

    def odds(self, context: Context, scores: Scores) -> Mapping[str, float]:
        """How likely the atoms that only tools said are to be used next, on the scale of scores."""
        features = atom_features(context, scores)
        if not features.names:
            return {}
        moved = self._weights.log_odds(features) - np.log(features.prior)
        worth = np.sqrt(features.prior)
        # What all atoms are worth together stays as it was, against words and against what calls name.
        moved -= 2 * np.log((worth * np.exp(moved / 2)).sum() / worth.sum())
        odds = features.prior * np.exp(np.clip(np.round(moved, 4), -_MOST, _MOST))
        return dict(zip(features.names, odds.tolist(), strict=True))
