"""Relevance by meaning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Encoder, Scores, Vectors

_TOO_CLOSE = 1e-3
"""Below this distance from the mean, a direction is rounding error."""
_BLOCK = 65_536
"""Texts whose vectors are held at a time; of more, evenly spaced ones give the mean."""


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
    [of_query] = encoder.encode([query])
    if not texts or not of_query.any():
        return np.full(len(texts), 0.5, dtype=np.float32)
    blocks = range(0, len(texts), _BLOCK)
    sample = encoder.encode(texts[:: len(blocks)])
    mean = sample.mean(axis=0)
    if len(blocks) == 1:
        return seen_from(mean, sample, of_query)
    found = [seen_from(mean, encoder.encode(texts[at : at + _BLOCK]), of_query) for at in blocks]
    return np.concatenate(found)


def seen_from(mean: Vectors, vectors: Vectors, query: Vectors) -> Scores:
    """Cosine of each vector and the query, both seen from a mean.

    Args:
        mean: Shape (dimensions,).
        vectors: Shape (vectors, dimensions).
        query: Shape (dimensions,).

    Returns:
        Shape (vectors,), mapped to [0, 1]; 0.5 where nothing can be told.
    """
    direction = query - mean
    # cos(v - mean, direction) from dot products alone: no second copy of the vectors.
    dots, along = (vectors @ np.stack([direction, mean], axis=1)).T
    squares = np.einsum("ij,ij->i", vectors, vectors)
    lengths = np.sqrt(np.maximum(squares - 2 * along + mean @ mean, 0.0)) * np.linalg.norm(direction)
    known = (squares > 0) & (lengths > _TOO_CLOSE)
    cosine = np.divide(dots - mean @ direction, lengths, out=np.zeros_like(dots), where=known)
    scores: Scores = (1.0 + np.clip(cosine, -1.0, 1.0)) / 2.0
    return scores
