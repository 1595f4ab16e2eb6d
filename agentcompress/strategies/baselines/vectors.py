"""What the baselines that compare segments look at."""

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Encoder, Scores, Vectors

MOST = 20_000
"""Segments that are compared with each other: it takes the square of them."""


def prefiltered(scores: Scores) -> NDArray[np.intp]:
    """Indices of the segments with the highest scores, at most 20,000, ascending."""
    best: NDArray[np.intp] = np.sort(np.argsort(-scores.round(6), kind="stable")[:MOST])
    return best


def vectors_of(encoder: Encoder, context: Context, indices: NDArray[np.intp]) -> Vectors:
    """Unit vectors of some segments, shape (indices, dimensions)."""
    if not len(indices):
        return np.zeros((0, 1), dtype=np.float32)
    return encoder.encode([context.segments[index].text for index in indices.tolist()])
