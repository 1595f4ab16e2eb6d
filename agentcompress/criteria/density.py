"""Identifiers unlike the others tell more."""

from dataclasses import dataclass
from string import ascii_letters, digits

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Scores

from .mentions import Mentions, mentions_of

_SHAPES = str.maketrans({**dict.fromkeys(ascii_letters, "a"), **dict.fromkeys(digits, "0")})


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityCriterion:
    """Self-information of a segment's atoms by their shape, in units of the context's mean.

    An atom tells -log2 of the share of segments that mention its shape (digits as 0,
    letters as a): one of a thousand look-alikes tells little, however rare it is itself.
    How rare the atom itself is has no stable sign: in some recordings of agents what is
    mentioned often is used next, in others what is mentioned once. The bits are averaged
    over atoms, not divided by tokens, for a strategy that chooses by value per token
    would divide twice.

    Source: Li et al., "Compressing Context to Enhance Inference Efficiency of Large
    Language Models" (Selective Context, EMNLP 2023), which keeps the units with most
    self-information under a language model; the model here is a unigram one over classes
    (Brown et al., "Class-Based n-gram Models of Natural Language", Computational
    Linguistics 1992).
    """

    def score(self, context: Context) -> Scores:
        """One score a segment above 0, shape (segments,); 1 is the mean, and where there is no atom."""
        count = len(context.segments)
        atoms = mentions_of([segment.atoms for segment in context.segments])
        if not len(atoms.numbers):
            return np.ones(count, dtype=np.float32)
        bits = _bits(atoms, count)
        total = np.bincount(atoms.segments, bits, minlength=count)
        having = np.bincount(atoms.segments, minlength=count)
        mean = np.divide(total, having, out=np.full(count, bits.mean()), where=having > 0)
        scores: Scores = (mean / bits.mean()).astype(np.float32)
        return scores


def _bits(atoms: Mentions, segments: int) -> NDArray[np.float64]:
    """Self-information of each mention, shape (mentions,), above 0."""
    shapes: dict[str, int] = {}
    shape_of = [shapes.setdefault(name.translate(_SHAPES), len(shapes)) for name in atoms.names]
    shape = np.array(shape_of, dtype=np.intp)[atoms.numbers]
    # Several look-alikes in one segment count each, so there may be more of them than segments.
    alike = np.minimum(np.bincount(shape), segments)
    bits: NDArray[np.float64] = np.log2((1.0 + segments) / alike)[shape]
    return bits
