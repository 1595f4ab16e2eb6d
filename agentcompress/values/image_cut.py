"""What is known of an image: the ways to show it, the text in it, how it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .image_view import Box, Extent, ImageView
from .look import Look
from .message import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A line of text in an image, as it was read."""

    text: str
    """What it says."""
    box: Box
    """Where it stands."""


class TextReader(Protocol):
    """Reads the text in images."""

    @property
    def name(self) -> str:
        """Names model and version: part of every cache key."""
        ...

    def lines(self, image: Image) -> Sequence[TextLine]:
        """The lines of text, from top to bottom; none where nothing can be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCut:
    """What is known of an image: the ways to show it, the text in it, and how it looks."""

    extent: Extent
    """Its size, turned upright."""
    views: Sequence[ImageView] = ()
    """Ways to show less of it, largest first; which of them save anything is for a formula to say."""
    lines: Sequence[TextLine] = ()
    """The text in it."""
    strips: Sequence[ImageView] = ()
    """How each line is shown alone, all in one width and scale; none where lines stay in the image."""
    look: Look | None = None
    """Its thumbnail; None where it cannot be read."""
