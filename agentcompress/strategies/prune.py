"""Prune: one global choice over everything that is not hard-pinned."""

from agentcompress.values import Choosing, Context, PreparedStrategy, Scores

from .best import BestSelector
from .objective import Objective
from .pins import FIRM, SoftPins, essential
from .selection import GreedySelector


class PruneStrategy(PreparedStrategy):
    """Shows what is worth most per token; groups that do not pay for their calls are folded.

    Soft pins come first: the plan, the latest unresolved error, the newest step, then the others.

    Args:
        pinned: Share of the budget that what the error says and older soft pins may take
            before everything else.

    Raises:
        ValueError: `pinned` is not in [0, 1].
    """

    def __init__(self, pinned: float = 0.5) -> None:
        if not 0 <= pinned <= 1:
            raise ValueError(f"pinned must lie in [0, 1], got {pinned}")
        self._pinned = pinned

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        soft = SoftPins.of(context)
        wanted = essential(context, [*soft.firm, *soft.newest])

        def pins(selector: GreedySelector, budget: int) -> int:
            share = budget // FIRM
            left = selector.open(soft.newest, budget - share + selector.open(soft.firm, share))
            reserved = int(self._pinned * left)
            left -= reserved
            for index in wanted:
                reserved = selector.show(index, reserved)
            return left + selector.open(soft.others, reserved)

        return BestSelector(GreedySelector(context, Objective.of(context, scores)), pins).select
