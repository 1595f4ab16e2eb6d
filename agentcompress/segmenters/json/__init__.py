"""JSON: how it is read, what its pieces are, and how what is shown of it is written as JSON again."""

from .segmenter import JsonSegmenter

__all__ = ["JsonSegmenter"]
