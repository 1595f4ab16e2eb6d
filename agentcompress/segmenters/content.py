"""The detector: which content type a text is, by what it looks like."""

from collections.abc import Sequence

from agentcompress.values import Cut, Segmenter

from .folded import unfolded
from .html import HtmlSegmenter
from .lines import LinesSegmenter
from .literals import unescaped
from .markdown import MarkdownSegmenter
from .pairs import PairSegmenter
from .prose import ProseSegmenter
from .repeats import said_once
from .search_results import SearchResultSegmenter

_TEXTS = (
    LinesSegmenter,
    PairSegmenter,
    ProseSegmenter,
    MarkdownSegmenter,
    HtmlSegmenter,
    SearchResultSegmenter,
)
"""What is read, not written back or compared line by line."""


class ContentSegmenter:
    """Cuts a text as its content type asks for; what is of no known type is cut into lines.

    Args:
        known: Content types, the more specific first.
    """

    def __init__(self, known: Sequence[Segmenter]) -> None:
        self._known = tuple(known)
        self._lines = LinesSegmenter()

    def fits(self, text: str) -> bool:
        """Every text does."""
        return True

    def segmenter(self, text: str) -> Segmenter:
        """The content type of a text."""
        return next((segmenter for segmenter in self._known if segmenter.fits(text)), self._lines)

    def cut(self, text: str) -> Cut:
        """The text in pieces."""
        return self.segmenter(text).cut(text)

    def compact(self, text: str) -> str:
        """The same content in fewer tokens, nothing it says lost; else the text itself."""
        segmenter = self.segmenter(text)
        short = segmenter.compact(text)
        if isinstance(segmenter, LinesSegmenter | PairSegmenter):
            short = unescaped(unfolded(short), self.compact)
        return said_once(short) if isinstance(segmenter, _TEXTS) else short
