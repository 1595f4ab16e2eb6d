"""What was encoded is not encoded again."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np

from agentcompress.recent import Recent
from agentcompress.values import Image, Vectors

Item = TypeVar("Item")
_MOST_IMAGES = 4_096
"""Some 100 MB of those of patches."""


class VectorCache(Generic[Item]):
    """Vectors of texts or images; those used last are kept. Safe for threads.

    Two that meet the same new item at one moment may both encode it.

    Args:
        most: How many vectors to keep.
        key: What tells an item from others.
        encode: Makes what is not known yet, shape (items, dimensions).
    """

    def __init__(
        self, most: int, key: Callable[[Item], Hashable], encode: Callable[[Sequence[Item]], Vectors]
    ) -> None:
        self._key = key
        self._encode = encode
        self._kept = Recent[Hashable, Vectors](most)

    def encode(self, items: Sequence[Item]) -> Vectors:
        """One vector an item, shape (items, dimensions)."""
        if not items:
            return self._encode(items)
        keys = list(map(self._key, items))
        distinct = dict(zip(keys, items, strict=True))
        found = {key: vector for key in distinct if (vector := self._kept.get(key)) is not None}
        if missing := [key for key in distinct if key not in found]:
            made = self._encode([distinct[key] for key in missing])
            for key, vector in zip(missing, made, strict=True):
                found[key] = vector.copy()  # A view would keep its whole batch alive.
                self._kept.put(key, found[key])
        return np.concatenate([found[key] for key in keys]).reshape(len(keys), -1)


def image_cache(encode: Callable[[Sequence[Image]], Vectors]) -> VectorCache[Image]:
    """Vectors of images by their URLs; `encode` gives shape (images, dimensions)."""
    return VectorCache(_MOST_IMAGES, key=lambda image: image.url_key, encode=encode)
