"""What a segment is says how much it matters."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores

_TELLING = frozenset({"error", "outlier"})
_USUAL = 0.1
"""Share of a message from which on telling segments are nothing special."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureCriterion:
    """What failed, and what is not like the rest, ahead of what went as usual.

    It counts for more the rarer it is: one error among a thousand lines is what the
    output is about, a log of nothing but errors says no more with one than with another.

    Source: the cue method (Edmundson, "New Methods in Automatic Extracting", Journal of
    the ACM 1969): the form of some statements tells that they matter.

    Raises:
        ValueError: `most` is below 1 or not finite.
    """

    most: float = 4.0
    """Score of a telling segment in a message that has few; all others have 1."""

    def __post_init__(self) -> None:
        if not 1 <= self.most < float("inf"):
            raise ValueError(f"most must be at least 1 and finite, got {self.most}")

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,): inverse to the share of telling ones in its message."""
        telling = np.array([segment.kind in _TELLING for segment in context.segments], dtype=bool)
        scores = np.ones(len(telling), np.float32)
        if telling.any():
            _, message = np.unique(context.message_of, return_inverse=True)
            share = np.bincount(message, telling) / np.bincount(message)
            scores[telling] = np.clip(_USUAL / share[message[telling]], 1.0, self.most)
        return scores
