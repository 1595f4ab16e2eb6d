"""Whether a text's heading is named."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.lexical import LexicalCriterion, rarity
from agentcompress.values import Context, Scores

_LONGEST = 120
"""Characters of a first line from which on it is no heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingCriterion:
    """How much of each segment's heading the query names, squared: a name is meant whole.

    BM25 sees in "Iain Banks" and "Iain Banks bibliography" two matches of one worth;
    only the first is what a question about Iain Banks asks for. A heading is a short
    first line above others; where most segments have none, all scores are 0.

    Source: the title as a field of its own (Robertson, Zaragoza & Taylor, "Simple BM25
    Extension to Multiple Weighted Fields", CIKM 2004), here by how much of it is named.
    """

    lexical: LexicalCriterion
    """Reads terms."""

    def score(self, context: Context) -> Scores:
        """One score a segment in [0, 1], shape (segments,)."""
        scores: Scores = self.named_in(context, [context.query])[0]
        return scores

    def named_in(self, context: Context, texts: Sequence[str]) -> NDArray[np.float32]:
        """How much of each segment's heading each text names, by idf, squared, shape (texts, segments)."""
        lines = [_heading(segment.text) for segment in context.segments]
        named = np.zeros((len(texts), len(lines)), dtype=np.float32)
        if 2 * sum(map(bool, lines)) <= len(lines):
            return named
        headings = [set(self.lexical.terms(line)) for line in lines]
        weights = self._weights(context, set().union(*headings))
        totals = [sum(weights[term] for term in sorted(heading)) for heading in headings]
        for row, text in zip(named, texts, strict=True):
            said = set(self.lexical.terms(text))
            for place, (heading, total) in enumerate(zip(headings, totals, strict=True)):
                if heading:
                    row[place] = (sum(weights[term] for term in sorted(heading & said)) / total) ** 2
        return named

    def _weights(self, context: Context, terms: set[str]) -> dict[str, float]:
        having: Counter[str] = Counter()
        for segment in context.segments:
            having.update(terms.intersection(self.lexical.terms(segment.text)))
        rare = rarity(np.array([having[term] for term in terms], dtype=np.intp), len(context.segments))
        return dict(zip(terms, rare.tolist(), strict=True))


def _heading(text: str) -> str:
    first, _, rest = text.partition("\n")
    return first if len(first) <= _LONGEST and rest.strip() else ""
