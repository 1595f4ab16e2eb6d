"""What was seen lately is needed sooner."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class RecencyCriterion:
    """A power law of a group's age in steps: age ** -decay, where the newest step has age 1.

    Source: the odds that something is needed again fall as a power of the time since
    it was last seen (Anderson & Schooler, "Reflections of the Environment in Memory",
    Psychological Science 1991). In recordings of coding and browsing agents, the share
    of identifiers in a tool output that the next call uses falls with powers near 0.7.

    Raises:
        ValueError: `decay` is negative.
    """

    decay: float = 0.7
    """How fast old steps fade; 0 ignores age."""

    def __post_init__(self) -> None:
        if not self.decay >= 0:
            raise ValueError(f"decay must not be negative, got {self.decay}")

    def score(self, context: Context) -> Scores:
        """One score a segment in (0, 1], shape (segments,); 1 in the newest step."""
        steps = np.array([group.step for group in context.groups], dtype=np.float64)
        ages = np.maximum(context.step - steps, 1.0)
        of_group: Scores = (ages**-self.decay).astype(np.float32)
        return of_group[context.group_of]
