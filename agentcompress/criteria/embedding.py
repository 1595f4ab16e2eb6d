"""Relevance by meaning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Encoder, Scores

_TOO_CLOSE = 1e-3
"""Below this distance from the mean, a direction is rounding error."""


@dataclass(frozen=True, slots=True)
class EmbeddingCriterion:
    """Cosine of each segment's vector and the query's, both seen from the segments' mean.

    What all segments of a context share (its language, its domain, its format) tells
    none of them apart; without it the mean of a collection carries most of each cosine.

    Source: Mu & Viswanath, "All-but-the-Top" (ICLR 2018), with the mean taken over the
    context at hand.
    """

    encoder: Encoder
    """Gives the vectors; a `CachedEncoder` makes repeated calls cheap."""

    def score(self, context: Context) -> Scores:
        """One score a segment in [0, 1], shape (segments,); 0.5 where nothing can be told."""
        if not context.segments:
            return np.zeros(0, dtype=np.float32)
        return cosines(self.encoder, [segment.text for segment in context.segments], context.query)


def cosines(encoder: Encoder, texts: Sequence[str], query: str) -> Scores:
    """Cosine of each text and the query, seen from the mean of the texts.

    Returns:
        Shape (texts,), mapped to [0, 1]; 0.5 where nothing can be told.
    """
    vectors = encoder.encode(texts)
    [of_query] = encoder.encode([query])
    if not of_query.any():
        return np.full(len(vectors), 0.5, dtype=np.float32)
    mean = vectors.mean(axis=0)
    direction = of_query - mean
    # cos(v - mean, direction) from dot products alone: no second copy of the vectors.
    dots, along = (vectors @ np.stack([direction, mean], axis=1)).T
    squares = np.einsum("ij,ij->i", vectors, vectors)
    lengths = np.sqrt(np.maximum(squares - 2 * along + mean @ mean, 0.0)) * np.linalg.norm(direction)
    known = (squares > 0) & (lengths > _TOO_CLOSE)
    found = np.divide(dots - mean @ direction, lengths, out=np.zeros_like(dots), where=known)
    scores: Scores = (1.0 + np.clip(found, -1.0, 1.0)) / 2.0
    return scores
