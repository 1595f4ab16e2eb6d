"""Images as what their patches look like: no model, on a GPU where there is one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from agentcompress.images import on_white, opened
from agentcompress.kernels import patch_features
from agentcompress.values import Image, Vectors

from .vector_cache import image_cache

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE = 384
"""Pixels of each side that an image is brought to: 24 x 24 patches."""
_SIDE_BY_SIDE = 4
"""Pictures that are opened at once: each may take 200 MB."""
_CHUNK = 64
"""Pictures that are described at once: 28 MB."""


class PatchEncoder:
    """Tells images apart by layout, contrast, edges and colour, patch by patch.

    For frames of a film, of which many look alike. Screens of one layout with other text look alike, too.
    Opens data URIs and local files; remote images are never fetched.

    Args:
        device: As torch names it; None takes CUDA where there is a GPU, else the CPU.
    """

    def __init__(self, device: str | None = None) -> None:
        self._device = device
        self._cache = image_cache(self._encoded)

    @property
    def name(self) -> str:
        """Names what is computed."""
        return f"patches-{_SIDE}"

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """Unit vectors, shape (images, 4,608); zeros for one that cannot be read, or is of one colour."""
        return self._cache.encode(images)

    def _encoded(self, images: Sequence[Image]) -> Vectors:
        import torch

        device = self._device or ("cuda" if torch.cuda.is_available() else "cpu")
        made = []
        for start in range(0, len(images) or 1, _CHUNK):
            with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
                pixels = list(pool.map(_pixels, images[start : start + _CHUNK]))
            frames = torch.from_numpy(np.array(pixels, dtype=np.uint8).reshape(-1, 3, _SIDE, _SIDE))
            features = patch_features(frames.to(device)).flatten(1, 2).float()
            # What lies over the whole image, its light and its noise, is the same in all frames of a film.
            vectors = (features - features.mean(dim=1, keepdim=True)).flatten(1)
            made.append(torch.nn.functional.normalize(vectors, dim=1).cpu().numpy())
        return np.concatenate(made)


def _pixels(image: Image) -> "NDArray[np.uint8]":
    """The image in a square, shape (3, side, side); black where it cannot be read."""
    import PIL.Image

    picture = opened(image, about=(_SIDE, _SIDE))
    if picture is None:
        return np.zeros((3, _SIDE, _SIDE), dtype=np.uint8)
    small = on_white(picture).convert("RGB").resize((_SIDE, _SIDE), PIL.Image.Resampling.BOX)
    return np.asarray(small, dtype=np.uint8).transpose(2, 0, 1)
