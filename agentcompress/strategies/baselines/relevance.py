"""Relevance alone: the best first."""

import numpy as np

from agentcompress.values import Context, Scores, Selection

from .filler import Filler


class RelevanceStrategy:
    """Shows the segments with the highest scores that fit, whatever else is shown.

    Null baseline of every choice that looks at what a segment adds to the others. The
    criterion should be relevance to the query alone.
    """

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        filler = Filler(context, budget)
        for index in np.argsort(-scores.round(6), kind="stable").tolist():
            if filler.fits(index):
                filler.show(index)
        return filler.selection()
