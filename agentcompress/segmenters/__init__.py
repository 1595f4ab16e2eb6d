"""Content → pieces that can be shown or left out on their own."""

from .code import CodeSegmenter
from .constraints import declared
from .content import ContentSegmenter
from .diffs import DiffSegmenter
from .documents import DocumentSegmenter
from .html import ElementSegmenter, HtmlSegmenter
from .images import ImageSegmenter
from .json import JsonSegmenter
from .lines import LinesSegmenter
from .listings import ListingSegmenter
from .logs import LogSegmenter
from .markdown import MarkdownSegmenter
from .matches import MatchSegmenter
from .pairs import PairSegmenter
from .prose import ProseSegmenter
from .search_results import SearchResultSegmenter
from .tables import TableSegmenter
from .terminal import TerminalSegmenter
from .test_runs import TestRunSegmenter
from .tracebacks import TracebackSegmenter

__all__ = [
    "CodeSegmenter",
    "ContentSegmenter",
    "DiffSegmenter",
    "DocumentSegmenter",
    "ElementSegmenter",
    "HtmlSegmenter",
    "ImageSegmenter",
    "JsonSegmenter",
    "LinesSegmenter",
    "ListingSegmenter",
    "LogSegmenter",
    "MarkdownSegmenter",
    "MatchSegmenter",
    "PairSegmenter",
    "ProseSegmenter",
    "SearchResultSegmenter",
    "TableSegmenter",
    "TerminalSegmenter",
    "TestRunSegmenter",
    "TracebackSegmenter",
    "declared",
    "default_segmenter",
]


def default_segmenter() -> ContentSegmenter:
    """Every content type, those with the clearest marks asked first."""
    return ContentSegmenter(
        [
            JsonSegmenter(),
            TestRunSegmenter(),
            TracebackSegmenter(),
            DiffSegmenter(),
            ElementSegmenter(),
            HtmlSegmenter(),
            CodeSegmenter(),
            MatchSegmenter(),
            ListingSegmenter(),
            TableSegmenter(),
            LogSegmenter(),
            TerminalSegmenter(),
            SearchResultSegmenter(),
            MarkdownSegmenter(),
            DocumentSegmenter(),
            PairSegmenter(),
            ProseSegmenter(),
        ]
    )
