"""A recent floor, the rest at random."""

from zlib import crc32

import numpy as np

from agentcompress.values import Context, Scores, Selection

from .filler import Filler

FLOOR = 0.5
"""Share of the budget that the newest segments take."""


class FloorRandomStrategy:
    """Shows the newest segments up to half the budget, then others at random while they fit.

    Null baseline of every score: none is read. The choice depends on the context alone.
    """

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        filler = Filler(context, budget)
        count = len(context.segments)
        for index in reversed(range(count)):
            if budget - filler.left >= FLOOR * budget:
                break
            if filler.fits(index):
                filler.show(index)
        random = np.random.default_rng(crc32(context.query.encode("utf-8", "replace")))
        for index in random.permutation(count).tolist():
            if filler.fits(index):
                filler.show(index)
        return filler.selection()
