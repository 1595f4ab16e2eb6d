"""Relevant, and unlike what is shown already."""

import numpy as np

from agentcompress.values import Context, Encoder, Scores, Selection

from .filler import Filler
from .vectors import prefiltered, vectors_of


class MarginalRelevanceStrategy:
    """Maximal Marginal Relevance: shows next what has most relevance less likeness to what is shown.

    The next segment maximises balance x score - (1 - balance) x the highest cosine with a
    shown one, among those that fit; scores are taken as shares of the highest. Above
    20,000 segments only the 20,000 with the highest scores are looked at.

    Source: Carbonell & Goldstein, "The Use of MMR, Diversity-Based Reranking for
    Reordering Documents and Producing Summaries" (SIGIR 1998).

    Args:
        encoder: Gives the vectors.
        balance: 1 is relevance alone, 0 unlikeness alone.

    Raises:
        ValueError: `balance` is not in [0, 1].
    """

    def __init__(self, encoder: Encoder, balance: float = 0.5) -> None:
        if not 0 <= balance <= 1:
            raise ValueError(f"balance must lie in [0, 1], got {balance}")
        self._encoder = encoder
        self._balance = balance

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        filler = Filler(context, budget)
        candidates = prefiltered(scores)
        vectors = vectors_of(self._encoder, context, candidates)
        relevance = self._balance * scores[candidates] / max(float(scores.max(initial=0.0)), 1e-9)
        nearest = np.zeros(len(candidates), dtype=np.float32)
        while True:
            fits = filler.costs[candidates] <= filler.left
            if not fits.any():
                return filler.selection()
            worth = np.where(fits, relevance - (1 - self._balance) * nearest, -np.inf)
            best = int(worth.round(6).argmax())
            filler.show(int(candidates[best]))
            np.maximum(nearest, vectors @ vectors[best], out=nearest)
