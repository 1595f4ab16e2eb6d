"""Relevance of images to what is asked."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from agentcompress.values import Context, Encoder, ImageEncoder, Scores

_LOGIT = 100.0
"""What CLIP and its like multiply cosines with before the softmax they are trained by."""


class PictureAndTextEncoder(Encoder, ImageEncoder, Protocol):
    """Turns texts and images into vectors of one space, as CLIP does."""


@dataclass(frozen=True, slots=True)
class PictureCriterion:
    """The odds that the query means an image rather than the average one of the context; text is left alone.

    Alone or as a factor: `ProductCriterion(factors=(…, PictureCriterion(encoder)), relevance=…)`.

    Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision"
    (ICML 2021): softmax of a hundred times the cosines. Only differences between images count, since all
    of them lie far from all texts (Liang et al., "Mind the Gap", NeurIPS 2022).
    """

    encoder: PictureAndTextEncoder
    """Gives the vectors: a `PictureEncoder`."""

    def score(self, context: Context) -> Scores:
        """One score a segment in [0, 1], shape (segments,); 0.5 for text, and where nothing can be told."""
        scores = np.full(len(context.segments), 0.5, dtype=np.float32)
        images = [(at, one.image) for at, one in enumerate(context.segments) if one.image]
        if images and context.query:
            vectors = self.encoder.encode_images([image for _, image in images])
            (query,) = self.encoder.encode([context.query])
            known = vectors.any(axis=1)
            cosines = (vectors @ query)[known]
            places = np.array([at for at, _ in images])[known]
            if len(places):
                scores[places] = 1.0 / (1.0 + np.exp(-_LOGIT * (cosines - cosines.mean())))
        return scores
