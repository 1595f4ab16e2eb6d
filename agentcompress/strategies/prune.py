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
        pinned: Share of what the plan, the error and the newest step leave that the other soft pins
            may take before everything else.

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
        said = sum(context.segments[index].tokens for index in wanted)

        def pins(selector: GreedySelector, budget: int) -> int:
            share = budget // FIRM
            spare = selector.open(soft.firm, share)
            left = selector.open(soft.newest, budget - share + spare)
            # A log full of errors is no error to be put right: which of them matter is for the rest to say.
            for index in wanted if said <= spare else ():
                left = selector.show(index, left)
            reserved = int(self._pinned * left)
            return left - reserved + selector.open(soft.others, reserved)

        return BestSelector(GreedySelector(context, Objective.of(context, scores)), pins).select
