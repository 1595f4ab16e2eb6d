"""A repeated image is never encoded again."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from agentcompress.values import Image, Vectors

_MOST = 4_096
"""Images whose vectors are kept: some 100 MB of those of patches."""


class ImageCache:
    """Vectors of images by their URLs; those used last are kept. Safe for threads.

    Args:
        encode: Makes what is not known yet, shape (images, dimensions).
    """

    def __init__(self, encode: Callable[[Sequence[Image]], Vectors]) -> None:
        self._encode = encode
        self._kept: OrderedDict[tuple[int, int], Vectors] = OrderedDict()
        self._lock = Lock()

    def encode(self, images: Sequence[Image]) -> Vectors:
        """One vector an image, shape (images, dimensions)."""
        # By hash, which a text keeps: to keep the texts would be to keep all images that ever were.
        keys = [(hash(image.url), len(image.url)) for image in images]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = {key: image for key, image in zip(keys, images, strict=True) if key not in found}
        if new or not images:
            made = self._encode(list(new.values()))
            if not images:
                return made
            found.update(zip(new, made, strict=True))
        with self._lock:
            for key in keys:
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return np.stack([found[key] for key in keys])
