"""Content → pieces that can be shown or left out on their own."""

from .lines import LinesSegmenter

__all__ = ["LinesSegmenter"]
