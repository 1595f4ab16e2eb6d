"""What stands early in an output is used more."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionCriterion:
    """A power law of a segment's place in its tool output: place ** -decay, the first has place 1.

    Source: the location method (Edmundson, "New Methods in Automatic Extracting", Journal
    of the ACM 1969): what begins a text tells more of it. In recordings of agents, the
    chance that the next call uses what a line says falls with a power near 0.18; a little
    less of it loses nothing that stands late.

    Raises:
        ValueError: `decay` is negative or not finite.
    """

    decay: float = 0.12
    """How fast late segments fade; 0 ignores the place."""

    def __post_init__(self) -> None:
        if not 0 <= self.decay < float("inf"):
            raise ValueError(f"decay must not be negative and be finite, got {self.decay}")

    def score(self, context: Context) -> Scores:
        """One score a segment in (0, 1], shape (segments,); 1 where it is no tool output."""
        message_of = context.message_of
        places = np.arange(len(message_of)) - np.searchsorted(message_of, message_of)
        tool = np.array([segment.role == "tool" for segment in context.segments], dtype=bool)
        scores: Scores = np.where(tool, (places + 1.0) ** -self.decay, 1.0).astype(np.float32)
        return scores
