"""Code: which language it is in, its definitions, and listings of it with line numbers."""

from .segmenter import CodeSegmenter

__all__ = ["CodeSegmenter"]
