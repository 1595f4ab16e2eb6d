"""The seams: what each room offers to the compressor."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .message import Image, Message
from .segment import Context, Selection

Scores = NDArray[np.float32]
"""One score a segment, shape (segments,); higher = keep."""
Vectors = NDArray[np.float32]
"""One unit vector a text, shape (texts, dimensions)."""


class TokenCounter(Protocol):
    """Counts what a text or an image costs."""

    def count(self, text: str) -> int:
        """Tokens of one text."""
        ...

    def count_many(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        ...


class ImageFormula(Protocol):
    """Prices an image for one model."""

    def tokens(self, image: Image) -> int:
        """Tokens of one image."""
        ...


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Names model and version: part of every cache key."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions)."""
        ...


class Segmenter(Protocol):
    """Cuts one content type into pieces."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Adjacent (start, end) character spans that cover the text without gap or overlap."""
        ...


class Criterion(Protocol):
    """E: says how much each segment matters."""

    def score(self, context: Context) -> Scores:
        """One score a segment; higher = keep; non-negative."""
        ...


class Strategy(Protocol):
    """P: turns scores into a selection under a budget."""

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        ...


class MessageCodec(Protocol):
    """Reads one library's messages and writes them back."""

    def read(self, raw: Any) -> Message:
        """The message as the engine sees it.

        Raises:
            UnsupportedContentError: It is no message of this library.
        """
        ...

    def write(self, message: Message) -> Any:
        """The message in the library's own form; untouched ones come back as they were."""
        ...
