"""Relevance by the meaning of one sentence."""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from agentcompress.criteria.embedding import cosines
from agentcompress.values import Context, Encoder, Scores

_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class SentenceCriterion:
    """Cosine of the query and the sentence of each segment that is nearest to it.

    The one sentence that answers is lost in the mean of a long paragraph.

    Source: MaxP of Dai & Callan, "Deeper Text Understanding for IR" (SIGIR 2019), by
    sentences.
    """

    encoder: Encoder
    """Gives the vectors; a `CachedEncoder` makes repeated calls cheap."""

    def score(self, context: Context) -> Scores:
        """One score a segment in [0, 1], shape (segments,); 0.5 where nothing can be told."""
        pieces = [_sentences(segment.text) for segment in context.segments]
        scores = np.zeros(len(pieces), dtype=np.float32)
        if pieces:
            owners = np.repeat(np.arange(len(pieces)), [len(texts) for texts in pieces])
            found = cosines(self.encoder, [text for texts in pieces for text in texts], context.query)
            np.maximum.at(scores, owners, found)
        return scores


@lru_cache(maxsize=65_536)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(_END.split(text))
