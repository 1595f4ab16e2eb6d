"""How an image is shown otherwise than in full."""

from dataclasses import dataclass

Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a region in pixels of the whole image, right and bottom exclusive."""
Extent = tuple[int, int]
"""Width and height in pixels, both at least 1."""
LEGIBLE = 8
"""Pixels that a line of text must be high to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageView:
    """An image scaled down, whole or some regions of it one below the other."""

    width: int
    """Of what is sent, in pixels."""
    height: int
    """Of what is sent, in pixels."""
    crops: tuple[Box, ...] = ()
    """The regions shown, from top to bottom, all at one scale; none for the whole image."""

    def scale(self, extent: Extent) -> float:
        """Pixels that a pixel of the original becomes, of an image of that size."""
        widths = [right - left for left, _, right, _ in self.crops] or [extent[0]]
        return self.width / max(widths)

    def shows(self, box: Box) -> bool:
        """Whether a region of the image is wholly inside of what is shown."""
        return not self.crops or any(
            left <= box[0] and top <= box[1] and box[2] <= right and box[3] <= bottom
            for left, top, right, bottom in self.crops
        )

    def legible(self, box: Box, extent: Extent) -> bool:
        """Whether text in a region of an image of that size can still be read."""
        return self.shows(box) and (box[3] - box[1]) * self.scale(extent) >= LEGIBLE
