"""A repeated text is never encoded again."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from agentcompress.values import Encoder, Vectors

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
        self._max_texts = max_texts
        self._file = file
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The name of the encoder behind the cache."""
        return self._encoder.name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """What the encoder behind the cache gives, shape (texts, dimensions).

        Raises:
            InvalidInputError: The file is damaged.
        """
        if not texts:
            return self._encoder.encode(texts)
        distinct = list(dict.fromkeys(texts))
        found = self._find(distinct)
        missing = [text for text in distinct if text not in found]
        if missing:
            fresh = self._read_or_encode(missing)
            self._keep(fresh)
            found |= fresh
        return np.concatenate([found[text] for text in texts]).reshape(len(texts), -1)

    def _read_or_encode(self, texts: list[str]) -> dict[str, Vectors]:
        known = self._file.get(self.name, texts) if self._file else {}
        unknown = [text for text in texts if text not in known]
        if not unknown:
            return known
        fresh = dict(zip(unknown, self._encoder.encode(unknown), strict=True))
        if self._file:
            self._file.put(self.name, fresh)
        return known | fresh

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
