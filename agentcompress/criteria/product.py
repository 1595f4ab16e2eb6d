"""Recent, telling and relevant at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentcompress.values import Context, Criterion, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCriterion:
    """factors x (floor + relevance): what is recent needs little relevance, and the reverse.

    Query relevance alone is the worst policy for an agent's history (ACON, arXiv
    2510.00615), recency alone loses what an old output still holds.

    Raises:
        ValueError: `floor` is negative.
    """

    factors: Sequence[Criterion]
    """Each scores from 0 up; 1 leaves a segment as it is."""
    relevance: Criterion
    """Scores from 0 up."""
    floor: float = 3.0
    """Relevance every segment has, in units of `relevance`: more of it trusts the query less."""

    def __post_init__(self) -> None:
        if not self.floor >= 0:
            raise ValueError(f"floor must not be negative, got {self.floor}")

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,)."""
        scores = self.floor + self.relevance.score(context)
        for factor in self.factors:
            scores = scores * factor.score(context)
        return scores
