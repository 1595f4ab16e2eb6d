"""A few that stand for all."""

import heapq

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Encoder, Scores, Selection, Vectors

from .filler import Filler
from .vectors import prefiltered, vectors_of

_ROWS = 512
"""Rows of the similarity matrix that are held at once."""
_FEWEST = 8
"""Gains renewed together at first: one matrix product costs little more than one of its rows."""


class FacilityLocationStrategy:
    """Shows the segments that stand best for all: lazy greedy on gain per token.

    The value of a choice is the sum over all segments of score x the highest cosine with
    a shown one; it is submodular, so a gain that is out of date can only be too high
    and is renewed when it comes up (Minoux 1978). What does not fit when it comes up is
    passed over. Above 20,000 segments only the 20,000 with the highest scores are looked at.

    Source: Lin & Bilmes, "A Class of Submodular Functions for Document Summarization"
    (ACL 2011), with query relevance as the weight of each segment.

    Args:
        encoder: Gives the vectors.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        filler = Filler(context, budget)
        candidates = prefiltered(scores)
        vectors = vectors_of(self._encoder, context, candidates)
        weights = scores[candidates]
        tokens = [max(context.segments[index].tokens, 1) for index in candidates.tolist()]
        served = np.zeros(len(candidates), dtype=np.float32)
        heap = [
            (-round(gain / cost, 6), number)
            for number, (gain, cost) in enumerate(zip(_alone(vectors, weights), tokens, strict=True))
        ]
        heapq.heapify(heap)
        renewed = set(range(len(heap)))
        size = _FEWEST
        while heap:
            if (number := heap[0][1]) in renewed:
                heapq.heappop(heap)
                if filler.fits(int(candidates[number])):
                    filler.show(int(candidates[number]))
                    np.maximum(served, vectors @ vectors[number], out=served)
                    renewed, size = set(), _FEWEST
                continue
            top = [heapq.heappop(heap)[1] for _ in range(min(size, len(heap)))]
            top = [number for number in top if filler.fits(int(candidates[number]))]
            gains = weights @ np.maximum(vectors @ vectors[top].T - served[:, None], 0.0)
            for number, gain in zip(top, gains.tolist(), strict=True):
                heapq.heappush(heap, (-round(gain / tokens[number], 6), number))
            renewed.update(top)
            size = min(2 * size, _ROWS)
        return filler.selection()


def _alone(vectors: Vectors, weights: Scores) -> list[float]:
    """What each segment is worth if it is shown alone, shape (segments,)."""
    gains: list[NDArray[np.float32]] = [
        np.maximum(vectors[start : start + _ROWS] @ vectors.T, 0.0) @ weights
        for start in range(0, len(vectors), _ROWS)
    ]
    return [float(gain) for block in gains for gain in block]
