"""Fill: whole segments, the best first, each that still fits."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class FillStrategy:
    """Takes segments by score / tokens ** thrift and passes over what does not fit.

    Between the two classic orders of the knapsack: by score alone one long segment
    takes the place of many short ones, by score per token short ones crowd out what
    answers. Segments are shown whole or not at all.

    Source: the scaled cost of Lin & Bilmes, "Multi-document Summarization via Budgeted
    Maximization of Submodular Functions" (NAACL 2010).

    Raises:
        ValueError: `thrift` is not in [0, 1].
    """

    thrift: float = 1 / 3
    """0 goes by score, 1 by score per token."""

    def __post_init__(self) -> None:
        if not 0 <= self.thrift <= 1:
            raise ValueError(f"thrift must lie in [0, 1], got {self.thrift}")

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        costs = [segment.tokens for segment in context.segments]
        worth = np.maximum(scores, 0) / np.maximum(costs, 1) ** self.thrift
        chosen: dict[int, int] = {}
        opened: set[int] = set()
        for index in np.argsort(-np.round(worth, 6), kind="stable").tolist():
            group = int(context.group_of[index])
            cost = costs[index] + (0 if group in opened else context.groups[group].overhead)
            if cost <= budget:
                budget -= cost
                chosen[index] = 0
                opened.add(group)
        return Selection(renditions=chosen, groups=frozenset(opened))
