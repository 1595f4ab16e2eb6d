"""Prune: one global choice over everything that is not hard-pinned."""

from agentcompress.values import Context, Scores, Selection

from .best import best_selection
from .objective import Objective
from .pins import FIRM, SoftPins, essential
from .selection import GreedySelector


class PruneStrategy:
    """Shows what is worth most per token; groups that do not pay for their calls are folded.

    Soft pins come first: the plan, the latest unresolved error, the newest step, then the others.

    Args:
        pinned: Share of what the plan, the error and the newest step leave that the other soft pins
            may take before everything else.

    Raises:
        ValueError: `pinned` is not in [0, 1].
    """

    def __init__(self, pinned: float = 0.5) -> None:
        if not 0 <= pinned <= 1:
            raise ValueError(f"pinned must lie in [0, 1], got {pinned}")
        self._pinned = pinned

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        soft = SoftPins.of(context)
        wanted = essential(context, [*soft.firm, *soft.newest])
        said = sum(context.segments[index].tokens for index in wanted)

        def pins(selector: GreedySelector) -> int:
            share = budget // FIRM
            spare = selector.open(soft.firm, share)
            left = selector.open(soft.newest, budget - share + spare)
            # A log full of errors is no error to be put right: which of them matter is for the rest to say.
            for index in wanted if said <= spare else ():
                left = selector.show(index, left)
            reserved = int(self._pinned * left)
            return left - reserved + selector.open(soft.others, reserved)

        return best_selection(context, Objective.of(context, scores), pins)
