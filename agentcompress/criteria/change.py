"""An image that shows what the one before it showed brings little."""

from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Look, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCriterion:
    """Root of the share of an image that differs from the one before it, by cells of 16 x 16 pixels.

    A factor: `ProductCriterion(factors=(RecencyCriterion(), ChangeCriterion()), …)`. The first image, and one
    of another size than that before it, are all new; text is left alone.

    Raises:
        ValueError: `least` is not in [0, 1].
    """

    least: float = 0.05
    """Share that counts as changed at least: what was done in a screen may be small."""

    def __post_init__(self) -> None:
        if not 0 <= self.least <= 1:
            raise ValueError(f"least must lie in [0, 1], got {self.least}")

    def score(self, context: Context) -> Scores:
        """One score a segment in [0, 1], shape (segments,); 1 for text and for images that cannot be read."""
        scores = np.ones(len(context.segments), dtype=np.float32)
        before: Look | None = None
        for index, segment in enumerate(context.segments):
            if segment.look is None:
                continue
            if before is not None and before.extent == segment.look.extent:
                scores[index] = max(self.least, segment.look.differs(before).mean()) ** 0.5
            before = segment.look
        return scores
