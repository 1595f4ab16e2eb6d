"""Images and texts as vectors of one space: CLIP and its like."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from agentcompress.images import on_white, opened
from agentcompress.values import Image, Vectors

from .loading import fingerprint, load_model
from .texts import well_formed
from .vector_cache import image_cache

if TYPE_CHECKING:
    import PIL.Image

_BATCH = 16
"""Pictures that are open at once: each may take 200 MB while it is opened."""
_SIDE = 512
"""Pixels of the longer side that a model is given at most: such models read 224 to 448."""


class PictureModel(Protocol):
    """What is needed of a model: `SentenceTransformer` with CLIP has it."""

    def encode(self, inputs: list[Any], /) -> Any:
        """One vector for each text or PIL image, shape (inputs, dimensions)."""
        ...


class PictureEncoder:
    """Runs a model that reads texts and images, from this machine's disk; nothing is ever downloaded.

    Opens data URIs and local files; remote images are never fetched.

    Args:
        model: The folder of a sentence-transformers model such as clip-ViT-B-32, the name of one in the local
            cache of Hugging Face, or an object with its `encode`.

    Raises:
        MissingDependencyError: There is no such model on this machine, or it cannot be read.
    """

    def __init__(self, model: str | Path | PictureModel) -> None:
        if isinstance(model, str | Path):
            loaded = load_model(model)
            self._model: PictureModel = loaded
            self._name = f"{Path(model).name}-{fingerprint(loaded)}"
        else:
            self._model = model
            self._name = type(model).__name__
        self._cache = image_cache(self._encoded)

    @property
    def name(self) -> str:
        """Names the model."""
        return self._name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, shape (texts, dimensions)."""
        return _unit(self._model.encode([well_formed(text) for text in texts]))

    def encode_images(self, images: Sequence[Image]) -> Vectors:
        """Unit vectors of images, shape (images, dimensions); zeros for one that cannot be read."""
        return self._cache.encode(images)

    def _encoded(self, images: Sequence[Image]) -> Vectors:
        found: dict[int, Vectors] = {}
        for start in range(0, len(images), _BATCH):
            opening = ((at, _picture(images[at])) for at in range(len(images))[start : start + _BATCH])
            pictures = {at: picture for at, picture in opening if picture}
            if pictures:
                found.update(zip(pictures, _unit(self._model.encode(list(pictures.values()))), strict=True))
        if not found:
            return np.zeros((len(images), self.encode(["-"]).shape[1]), dtype=np.float32)
        nothing = np.zeros_like(next(iter(found.values())))
        return np.stack([found.get(at, nothing) for at in range(len(images))])


def _picture(image: Image) -> "PIL.Image.Image | None":
    picture = opened(image, about=(_SIDE, _SIDE))
    if picture is None:
        return None
    picture.thumbnail((_SIDE, _SIDE))
    return on_white(picture).convert("RGB")


def _unit(vectors: Any) -> Vectors:
    rows = np.asarray(vectors, dtype=np.float32)
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit
