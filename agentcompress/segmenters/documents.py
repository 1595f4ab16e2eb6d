"""Several documents in one text: what a search in a collection gives back, chapters, notes."""

import re

from .passages import blocks, tells
from .prose import ProseSegmenter, is_prose

_SAMPLE = 12_000
_LEAST = 1_000
"""Characters below which there is little to choose from."""
_FEWEST = 3
_LEAST_SHARE = 0.7
_ODD_SHARE = 0.25
_LABEL = re.compile(r"\[[^\]\n]{1,40}\][ \t]+")
"""A number or a date before what a document says."""


class DocumentSegmenter(ProseSegmenter):
    """Cuts as prose, also where titles, sources, tags or rules stand between the documents."""

    def fits(self, text: str) -> bool:
        """Whether blank lines or tags part it, and most of what is between them is prose."""
        sample = text[:_SAMPLE]
        parts = [sample[start:end].strip() for start, end in blocks(sample)]
        if len(sample) < _LEAST or len(parts) < _FEWEST:
            return False
        said = [line for part in parts for line in part.splitlines() if tells(line)]
        if sum(map(len, said)) < _LEAST_SHARE * sum(map(len, parts)):
            return False
        return is_prose([_LABEL.sub("", line, count=1) for line in said], _ODD_SHARE)
