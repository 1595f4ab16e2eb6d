"""Condense: what a context holds is cut to the budget, none of its groups is dropped."""

from agentcompress.values import Context, Scores, Selection

from .best import BestSelector
from .objective import Objective
from .selection import GreedySelector


class CondenseStrategy:
    """Shows the best of every group: how a large new tool result is reduced when it is first seen."""

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """The segments of the context's groups worth most within the budget, in tokens."""

        def pins(selector: GreedySelector, budget: int) -> int:
            overhead = sum(group.overhead for group in context.groups)
            selector.open(range(len(context.groups)), overhead)
            return max(0, budget - overhead)

        return BestSelector(GreedySelector(context, Objective.of(context, scores)), pins).select(budget)
