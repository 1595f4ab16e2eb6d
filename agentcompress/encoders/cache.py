"""A repeated text is never encoded again."""

from collections.abc import Sequence

import numpy as np

from agentcompress.values import Encoder, Vectors

from .vector_cache import VectorCache
from .vector_file import VectorFile


class CachedEncoder:
    """Keeps vectors by what they are vectors of: those used last in memory, all of them in a file.

    Safe for threads; two that meet the same new text at one moment may both encode it.

    Args:
        encoder: Encodes what is not known yet.
        max_texts: How many vectors to keep in memory; at 256 dimensions each takes 1 KB.
        file: Outlives the process and may be shared by several, and by several encoders;
            worth it where encoding takes longer than reading (a model, a server).

    Raises:
        ValueError: `max_texts` is below 1.
    """

    def __init__(self, encoder: Encoder, *, max_texts: int = 65_536, file: VectorFile | None = None) -> None:
        if max_texts < 1:
            raise ValueError(f"max_texts must be at least 1, got {max_texts}")
        self._encoder = encoder
        self._file = file
        self._kept = VectorCache[str](max_texts, key=lambda text: text, encode=self._read_or_encode)

    @property
    def name(self) -> str:
        """The name of the encoder behind the cache."""
        return self._encoder.name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """What the encoder behind the cache gives, shape (texts, dimensions).

        Raises:
            InvalidInputError: The file is damaged.
        """
        return self._kept.encode(texts)

    def _read_or_encode(self, texts: Sequence[str]) -> Vectors:
        if self._file is None or not texts:
            return self._encoder.encode(texts)
        known = self._file.get(self.name, texts)
        unknown = [text for text in texts if text not in known]
        if unknown:
            fresh = dict(zip(unknown, self._encoder.encode(unknown), strict=True))
            self._file.put(self.name, fresh)
            known |= fresh
        return np.stack([known[text] for text in texts])
