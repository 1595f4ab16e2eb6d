"""What the best segments name by its heading."""

from dataclasses import dataclass

import numpy as np

from agentcompress.criteria.weighted import z_scores
from agentcompress.values import Context, Criterion, Scores

from .headings import HeadingCriterion
from .leaders import leaders


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCriterion:
    """A base score, plus how far the segments that lead by it name a segment's heading.

    The second hop of a question as a reader makes it: the text found first names what
    another one is about.

    Source: hyperlinks between paragraphs, as graph retrievers follow them (Asai et al.,
    "Learning to Retrieve Reasoning Paths", ICLR 2020), found by name.

    Raises:
        ValueError: A setting is out of range.
    """

    base: Criterion
    """Finds the first segments."""
    headings: HeadingCriterion
    """Finds headings that a text names."""
    leaders: int = 2
    """How many segments are followed; more where they tie."""
    weight: float = 1.0
    """What a standard deviation of being named counts, in units of `base`."""

    def __post_init__(self) -> None:
        if self.leaders < 1:
            raise ValueError(f"leaders must be at least 1, got {self.leaders}")
        if not 0 < self.weight < float("inf"):
            raise ValueError(f"weight must be above 0 and finite, got {self.weight}")

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,); 0 for the least."""
        first = self.base.score(context)
        leading = leaders(first, self.leaders)
        named = self.headings.named_in(context, [context.segments[index].text for index in leading])
        for row, (index, trust) in zip(named, leading.items(), strict=True):
            row[index] = 0  # every text names its own heading
            row *= trust
        total = first + self.weight * z_scores(named.sum(axis=0))
        scores: Scores = (total - total.min(initial=np.inf)).astype(np.float32)
        return scores
