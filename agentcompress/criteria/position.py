"""What stands early in an output is used more."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionCriterion:
    """(1 + place / scale) ** -decay: the first segment of a tool output has place 0, and scores 1.

    Source: the location method (Edmundson, "New Methods in Automatic Extracting", Journal
    of the ACM 1969): what begins a text tells more of it. In recordings of agents, the
    chance that the next call uses what a line says falls with its place in long outputs,
    and hardly in short ones: hence the scale.

    Raises:
        ValueError: `decay` is negative or not finite, or `scale` not above 0.
    """

    decay: float = 0.5
    """How fast late segments fade; 0 ignores the place."""
    scale: float = 100.0
    """Segments after which fading begins in earnest."""

    def __post_init__(self) -> None:
        if not 0 <= self.decay < float("inf"):
            raise ValueError(f"decay must not be negative and be finite, got {self.decay}")
        if not self.scale > 0:
            raise ValueError(f"scale must be above 0, got {self.scale}")

    def score(self, context: Context) -> Scores:
        """One score a segment in (0, 1], shape (segments,); 1 where it is no tool output."""
        message_of = context.message_of
        places = np.arange(len(message_of)) - np.searchsorted(message_of, message_of)
        tool = np.array([segment.role == "tool" for segment in context.segments], dtype=bool)
        scores: Scores = np.where(tool, (1.0 + places / self.scale) ** -self.decay, 1.0).astype(np.float32)
        return scores
