"""Answer: what answers a question first, then what is worth most per token."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Choosing, Context, Criterion, PreparedStrategy, Scores, Selection, scored

from .objective import Objective
from .selection import GreedySelector


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStrategy(PreparedStrategy):
    """Shows the segments that answer, whatever they cost, then as much as coverage finds.

    Coverage alone would rather show fifty lines of names that are new than the one line that was asked for.
    """

    answers: Criterion
    """Scores those that answer above 0, and all others 0."""

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        answers = np.round(scored(self.answers, context), 6)
        first = [index for index in np.argsort(-answers, kind="stable").tolist() if answers[index] > 0]
        start = GreedySelector(context, Objective.of(context, scores))

        def select(budget: int) -> Selection:
            selector = start.copy()
            for index in first:
                budget = selector.open([int(context.group_of[index])], budget)
                budget = selector.show(index, budget)
            selector.fill(budget)
            return selector.selection()

        return select
