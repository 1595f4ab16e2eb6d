"""Markup: web pages, and the element lines of accessibility trees and DOM dumps."""

from .elements import ElementSegmenter
from .segmenter import HtmlSegmenter

__all__ = ["ElementSegmenter", "HtmlSegmenter"]
