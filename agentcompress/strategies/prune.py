"""Prune: one global choice over everything that is not hard-pinned."""

from collections.abc import Sequence

from agentcompress.values import Choosing, Context, PreparedStrategy, Scores

from .best import BestSelector
from .objective import Objective
from .pins import FIRM_PART, RECALLED_PART, SoftPins, essential
from .selection import GreedySelector


class PruneStrategy(PreparedStrategy):
    """Shows what is worth most per token; groups that do not pay for their calls are folded.

    Soft pins come first: the newest images, what the agent asked back, the plan, the latest unresolved
    error, the newest step, then the others.

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
        recalled = {group: essential(context, [group]) for group in soft.recalled}
        others = [group for group in (*soft.firm, *soft.newest) if group not in recalled]
        wanted = essential(context, others)
        said = sum(context.segments[index].tokens for index in wanted)

        def pins(selector: GreedySelector, budget: int) -> int:
            for image in soft.images:
                budget = _largest(selector, context, image, budget)
            spare = share = budget // RECALLED_PART
            for group, answer in recalled.items():
                spare = _whole(selector, context, group, answer, spare)
            budget -= share - spare
            share = budget // FIRM_PART
            spare = selector.open(soft.firm, share)
            left = selector.open(soft.newest, budget - share + spare)
            # A log full of errors is no error to be put right: which of them matter is for the rest to say.
            for index in wanted if said <= spare else ():
                left = selector.show(index, left)
            reserved = int(self._pinned * left)
            return left - reserved + selector.open([*soft.recalled, *soft.others], reserved)

        return BestSelector(GreedySelector(context, Objective.of(context, scores)), pins).select


def _largest(selector: GreedySelector, context: Context, image: int, budget: int) -> int:
    """Shows an image in the largest of its renditions that fits; returns what is left."""
    left = selector.open([int(context.group_of[image])], budget)
    for rendition, form in enumerate(context.segments[image].renditions):
        if form.tokens <= left:
            shown = selector.show(image, left, rendition)
            if shown < left:
                return shown
    return left


def _whole(selector: GreedySelector, context: Context, group: int, answer: Sequence[int], budget: int) -> int:
    """Shows a group with all of an answer in it, or nothing where that does not fit; returns what is left."""
    tokens = sum(context.segments[index].tokens for index in answer)
    if context.groups[group].overhead + tokens > budget:
        return budget
    left = selector.open([group], budget)
    for index in answer:
        left = selector.show(index, left)
    return left
