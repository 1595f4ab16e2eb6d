"""What the best segments speak of joins the query."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from agentcompress.criteria.lexical import LexicalCriterion, rarity
from agentcompress.criteria.weighted import z_scores
from agentcompress.values import Context, Criterion, Scores

from .leaders import leaders


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackCriterion:
    """A base score, plus BM25 for the rare terms of the segments that lead by it.

    A question that takes two hops names the first only: the name that leads on stands
    in the text found first. Terms of the query are left out, so the second look adds
    what the first could not see, and so are terms of one segment, which lead nowhere.

    Source: pseudo-relevance feedback in the manner of RM3 (Abdul-Jaleel et al., "UMass
    at TREC 2004"), with idf in place of a background model.

    Raises:
        ValueError: A setting is out of range.
    """

    base: Criterion
    """Finds the first segments."""
    lexical: LexicalCriterion
    """Reads terms and looks for them."""
    leaders: int = 2
    """How many segments are believed; more where they tie."""
    terms: int = 10
    """How many terms they add."""
    weight: float = 1.0
    """What a standard deviation of the second look counts, in units of `base`."""

    def __post_init__(self) -> None:
        for name in ("leaders", "terms"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 < self.weight < float("inf"):
            raise ValueError(f"weight must be above 0 and finite, got {self.weight}")

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,); 0 for the least."""
        first = self.base.score(context)
        second = self.lexical.score_terms(context, self._expansion(context, first))
        total = first + self.weight * z_scores(second)
        scores: Scores = (total - total.min(initial=np.inf)).astype(np.float32)
        return scores

    def _expansion(self, context: Context, scores: Scores) -> dict[str, float]:
        said: defaultdict[str, float] = defaultdict(float)
        for index, trust in leaders(scores, self.leaders).items():
            document = self.lexical.terms(context.segments[index].text)
            for term, count in Counter(document).items():
                said[term] += trust * count / len(document)
        for term in self.lexical.weights(context.query):
            said.pop(term, None)
        having: Counter[str] = Counter()
        for segment in context.segments:
            having.update(said.keys() & self.lexical.terms(segment.text))
        leading = [term for term in said if having[term] > 1]
        rare = rarity(np.array([having[term] for term in leading], dtype=np.intp), len(scores))
        worth = {term: said[term] * idf for term, idf in zip(leading, rare.tolist(), strict=True)}
        best = sorted(worth, key=lambda term: (-round(worth[term], 9), term))[: self.terms]
        return {term: worth[term] / worth[best[0]] for term in best}
