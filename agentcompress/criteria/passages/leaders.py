"""The segments that a first look believes in."""

import numpy as np

from agentcompress.values import Scores


def leaders(scores: Scores, count: int) -> dict[int, float]:
    """The best segments, each with its lead over the median as a share of all their leads.

    Args:
        scores: One score a segment, shape (segments,).
        count: How many; more where they tie, so that order decides nothing. None where
            there are not more segments than that, or none leads.
    """
    if len(scores) <= count:
        return {}
    lead = np.round(scores - np.median(scores), 6)
    last = np.partition(lead, -count)[-count]
    best = np.flatnonzero((lead >= last) & (lead > 0))
    return {int(index): float(lead[index] / lead[best].sum()) for index in best}
