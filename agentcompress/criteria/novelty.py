"""What was said before is not worth saying again."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores

from .mentions import mentions_of
from .terms import terms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NoveltyCriterion:
    """Share of a segment's terms that no earlier segment has: (1 + new) / (1 + all).

    A segment that repeats says nothing new however its lines are arranged; one added to
    both counts keeps short segments from the extremes.

    Source: the count of new words, which is as good a measure of novelty as language
    models are (Allan, Wade & Bolivar, "Retrieval and Novelty Detection at the Sentence
    Level", SIGIR 2003), here as a share so that long segments are not preferred.
    """

    def score(self, context: Context) -> Scores:
        """One score a segment in (0, 1], shape (segments,); 1 where all is new, or nothing is said."""
        terms = mentions_of([dict.fromkeys(terms_of(segment.text)) for segment in context.segments])
        count = len(context.segments)
        said = np.bincount(terms.segments, minlength=count)
        new = np.bincount(terms.segments[terms.firsts], minlength=count)
        scores: Scores = ((1.0 + new) / (1.0 + said)).astype(np.float32)
        return scores
