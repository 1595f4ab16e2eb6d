"""Prune: one global choice over everything that is not hard-pinned."""

from agentcompress.values import Choosing, Context, Pin, PreparedStrategy, Scores

from .best import BestSelector
from .objective import Objective
from .selection import GreedySelector


class PruneStrategy(PreparedStrategy):
    """Shows what is worth most per token; groups that do not pay for their calls are folded.

    Soft pins come first, the newest groups last to be released.

    Args:
        pinned: Share of the budget that soft pins older than the newest may take before
            everything else.

    Raises:
        ValueError: `pinned` is not in [0, 1].
    """

    def __init__(self, pinned: float = 0.5) -> None:
        if not 0 <= pinned <= 1:
            raise ValueError(f"pinned must lie in [0, 1], got {pinned}")
        self._pinned = pinned

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        soft = [index for index, group in enumerate(context.groups) if group.pin is Pin.SOFT]

        def pins(selector: GreedySelector, budget: int) -> int:
            # An agent that cannot see its own last call makes it again, so this one may take everything.
            left = selector.open(soft[-1:], budget)
            reserved = int(self._pinned * left)
            return left - reserved + selector.open(reversed(soft[:-1]), reserved)

        return BestSelector(GreedySelector(context, Objective.of(context, scores)), pins).select
