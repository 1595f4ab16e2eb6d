"""What stands around a relevant segment is relevant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.weighted import z_scores
from agentcompress.values import Context, Criterion, Scores

from .order import in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourCriterion:
    """A base score, plus the mean score of the surroundings, where the order tells anything.

    A turn that says "yes, on Monday" shares no word with the question that it answers;
    the turns around it do. Search results stand beside each other by chance: there the
    base score is left as it is.

    Source: passage-based evidence and positional kernels (Lv & Zhai, "Positional Language
    Models for Information Retrieval", SIGIR 2009).

    Raises:
        ValueError: A setting is not above 0 or not finite.
    """

    base: Criterion
    """Scores each segment for itself."""
    weight: float = 4.0
    """What the mean of the surroundings counts, where the segment itself counts 1."""
    reach: float = 200.0
    """Tokens within which influence falls to 1/e."""

    def __post_init__(self) -> None:
        for name in ("weight", "reach"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be above 0 and finite, got {getattr(self, name)}")

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,)."""
        alone = self.base.score(context)
        if not in_order(tuple(segment.text for segment in context.segments)):
            return alone
        own = z_scores(alone)
        tokens = np.array([segment.tokens for segment in context.segments], dtype=np.float64)
        nearness = np.exp(-(tokens[1:] + tokens[:-1]) / (2 * self.reach))
        # The 1 stands for the segment itself, so that a lone far neighbour counts for little.
        around = _gathered(own, nearness) / (1 + _gathered(np.ones_like(own), nearness))
        total = own + self.weight * around
        scores: Scores = (total - total.min()).astype(np.float32)
        return scores


def _gathered(values: NDArray[np.float64], nearness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of all other values, each times the product of the nearnesses between, shape (values,)."""
    gathered = np.zeros_like(values)
    for sign in (1, -1):
        running, side = 0.0, gathered[::sign]
        for place, (value, near) in enumerate(zip(values[::sign], nearness[::sign], strict=False), start=1):
            running = (running + value) * near
            side[place] += running
    return gathered
