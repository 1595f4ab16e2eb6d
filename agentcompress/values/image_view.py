"""How an image is shown otherwise than in full."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

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

    @classmethod
    def of(cls, crops: tuple[Box, ...], scale: float) -> Self:
        """The view that shows some regions at a scale, one below the other."""
        sizes = [scaled(box, scale) for box in crops]
        width, height = max(size[0] for size in sizes), sum(size[1] for size in sizes)
        return cls(width=width, height=height, crops=crops)

    @classmethod
    def joined(cls, views: Iterable[Self]) -> Self:
        """One view for some strips of one image, all of one width and scale; those that touch become one."""
        strips = sorted(views, key=lambda view: view.crops[0][1])
        crops: list[Box] = []
        for box in (box for view in strips for box in view.crops):
            if crops and box[1] <= crops[-1][3]:
                left, top, right, bottom = crops.pop()
                box = left, top, right, max(bottom, box[3])
            crops.append(box)
        left, _, right, _ = crops[0]
        return cls.of(tuple(crops), strips[0].width / (right - left))

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


def scaled(box: Box, scale: float) -> Extent:
    """The size of a region at a scale, a pixel at least in each direction."""
    left, top, right, bottom = box
    return max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
