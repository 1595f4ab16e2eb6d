"""A repeated text is never encoded again."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from agentcompress.values import Encoder, Vectors


class CachedEncoder:
    """Keeps the vectors of the texts used last, in memory, found by their content.

    Safe for threads; two that meet the same new text at one moment may both encode it.

    Args:
        encoder: Encodes what is not known yet.
        max_texts: How many vectors to keep; at 256 dimensions each takes 1 KB.

    Raises:
        ValueError: `max_texts` is below 1.
    """

    def __init__(self, encoder: Encoder, *, max_texts: int = 65_536) -> None:
        if max_texts < 1:
            raise ValueError(f"max_texts must be at least 1, got {max_texts}")
        self._encoder = encoder
        self._max_texts = max_texts
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The name of the encoder behind the cache."""
        return self._encoder.name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """What the encoder behind the cache gives, shape (texts, dimensions)."""
        if not texts:
            return self._encoder.encode(texts)
        distinct = list(dict.fromkeys(texts))
        found = self._find(distinct)
        missing = [text for text in distinct if text not in found]
        if missing:
            fresh = dict(zip(missing, self._encoder.encode(missing), strict=True))
            self._keep(fresh)
            found |= fresh
        return np.concatenate([found[text] for text in texts]).reshape(len(texts), -1)

    def _find(self, texts: Sequence[str]) -> dict[str, Vectors]:
        found = {}
        with self._lock:
            for text in texts:
                if (vector := self._kept.get(text)) is not None:
                    self._kept.move_to_end(text)
                    found[text] = vector
        return found

    def _keep(self, vectors: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in vectors.items():
                self._kept[text] = vector.copy()  # a view would keep its whole batch alive
            while len(self._kept) > self._max_texts:
                self._kept.popitem(last=False)
