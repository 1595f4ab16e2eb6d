"""The seams: what each room offers to the compressor."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from .image_cut import ImageCut
from .message import Image, Message
from .piece import Cut
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


class ImageEncoder(Protocol):
    """Turns images into vectors."""

    @property
    def name(self) -> str:
        """Names model and version."""
        ...

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """Unit vectors, shape (images, dimensions); zeros for an image that cannot be read."""
        ...


class Segmenter(Protocol):
    """Knows one content type: how it is cut, and how it says the same in fewer tokens."""

    def fits(self, text: str) -> bool:
        """Whether the text looks like this content type; fast, never raises."""
        ...

    def cut(self, text: str) -> Cut:
        """The text in pieces; never raises, whatever the text."""
        ...

    def compact(self, text: str) -> str:
        """The same content in fewer tokens, nothing it says lost; else the text itself."""
        ...


class ImageCutter(Protocol):
    """Knows how images may be shown, and what is in them."""

    def cut(self, image: Image) -> ImageCut | None:
        """What is known of the image; None where it cannot be read; never raises, whatever the image."""
        ...


class Criterion(Protocol):
    """E: says how much each segment matters."""

    def score(self, context: Context) -> Scores:
        """One score a segment; higher = keep; non-negative."""
        ...


@runtime_checkable
class OddsCriterion(Criterion, Protocol):
    """A criterion that also knows how likely single atoms are to be used next."""

    def odds(self, context: Context, scores: Scores) -> Mapping[str, float]:
        """Odds of the atoms that it knows something of, from 0 up, on the scale of its scores.

        Args:
            context: What it scored.
            scores: What it said, shape (segments,).
        """
        ...


class Strategy(Protocol):
    """P: turns scores into a selection under a budget."""

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        ...


class MessageCodec(Protocol):
    """Reads one library's messages and writes them back."""

    def fields(self, raw: Any) -> Any:
        """Everything of the message that `read` looks at, in lists, mappings and plain values."""
        ...

    def read(self, raw: Any) -> Message:
        """The message as the engine sees it.

        Raises:
            UnsupportedContentError: It is no message of this library.
        """
        ...

    def pinned(self, raw: Iterable[Any]) -> int:
        """How many of the messages the user marked as never to be touched."""
        ...

    def write(self, message: Message) -> Any:
        """The message in the library's own form; untouched ones come back as they were."""
        ...
