"""What a model would see of an image, and whether a place in it can still be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentcompress.values import Box, Extent, ImageView, TextLine

from .targets import Target

_COVERED = 0.5
"""Share of the smaller of two boxes that lies in the other where both are of one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One image as it is shown."""

    tokens: int
    """What the whole request takes."""
    views: Sequence[ImageView] = ()
    """How much of the image is seen."""
    rows: Sequence[str] = ()
    """What is shown of its text, line by line."""

    def answers(self, target: Target, extent: Extent, lines: Sequence[TextLine]) -> bool:
        """Whether all places that are asked for are seen, or one of them where one is enough."""
        seen = [self.shows(box, extent, lines) for box in target.boxes]
        return any(seen) if target.bbox_rule == "any of bboxes" else all(seen)

    def shows(self, box: Box, extent: Extent, lines: Sequence[TextLine]) -> bool:
        """Whether a place is seen and high enough to be read, or all text that was read there is shown.

        Args:
            box: The place.
            extent: Size of the image.
            lines: The text that was read in it.
        """
        if any(view.legible(box, extent) for view in self.views):
            return True
        there = [line.text for line in lines if _of_one_text(line.box, box)]
        return bool(there) and all(text in self.rows for text in there)

    def says(self, answer: str) -> bool:
        """Whether an answer stands in the text that is shown, however it is spaced, cased and broken."""
        return _plain(answer) in _plain(" ".join(self.rows))


def _of_one_text(line: Box, box: Box) -> bool:
    across = min(line[2], box[2]) - max(line[0], box[0])
    down = min(line[3], box[3]) - max(line[1], box[1])
    smaller = min((one[2] - one[0]) * (one[3] - one[1]) for one in (line, box))
    return across > 0 and down > 0 and across * down >= _COVERED * smaller


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
