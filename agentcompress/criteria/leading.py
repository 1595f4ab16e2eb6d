"""The few segments that match the query best, of those that hold a name of it."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores, atoms_of

from .lexical import LexicalCriterion
from .terms import terms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadingCriterion:
    """Tool outputs' best matches for a question that names something, far ahead of all others.

    `NamedCriterion` trusts a name that few segments have. Here it may stand in many: what else
    the question says (BM25) then tells which of them answers it, "def run" from the calls of run.

    Raises:
        ValueError: `few` or `most` is below 1, or `most` is not finite.
    """

    few: int = 4
    """How many segments lead."""
    most: float = 100.0
    """Score of a segment that leads; all others have 1."""

    def __post_init__(self) -> None:
        if self.few < 1:
            raise ValueError(f"few must be at least 1, got {self.few}")
        if not 1 <= self.most < float("inf"):
            raise ValueError(f"most must be at least 1 and finite, got {self.most}")

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,)."""
        scores = np.ones(len(context.segments), dtype=np.float32)
        names = {atom.lower() for atom in atoms_of(context.query)}
        named = [
            index
            for index, segment in enumerate(context.segments)
            if segment.role == "tool" and not names.isdisjoint(terms_of(segment.text))
        ]
        matches = LexicalCriterion().score(context)[named]
        scores[np.array(named, dtype=np.intp)[np.argsort(-matches, kind="stable")[: self.few]]] = self.most
        return scores
