"""Texts into the unit vectors that a store keeps."""

from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings
from langgraph.store.base import IndexConfig, ensure_embeddings

from agentcompress.encoders import encoder_for
from agentcompress.errors import EncodingError
from agentcompress.values import Vectors

DEFAULT = IndexConfig(dims=256, embed="static")
"""The encoder that ships with the library, over the whole value."""


class EncoderEmbeddings(Embeddings):
    """One of this library's encoders, loaded on first use."""

    def __init__(self, name: str) -> None:
        self.name = name

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        vectors: list[list[float]] = encoder_for(self.name).encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """As documents are."""
        return self.embed_documents([text])[0]


def embeddings_of(index: IndexConfig) -> Embeddings:
    """What an index says under "embed".

    A name without a provider ("static", "minilm", "auto", a folder) is an encoder of this library.
    """
    embed = index.get("embed")
    if isinstance(embed, str) and ":" not in embed:
        return EncoderEmbeddings(embed)
    return ensure_embeddings(embed)


def name_of(embeddings: Embeddings) -> str:
    """What the file remembers of who made its vectors; empty where they do not tell."""
    if isinstance(embeddings, EncoderEmbeddings):
        return embeddings.name
    model = getattr(embeddings, "model", "")
    return model if isinstance(model, str) else ""


def unit_vectors(given: Sequence[Sequence[float]], *, texts: int, dims: int) -> Vectors:
    """Vectors as they are stored: float32, shape (texts, dims), of length 1 or 0.

    Args:
        given: What the embedding function returned.
        texts: How many it was asked for.
        dims: What the index says.

    Raises:
        EncodingError: They are not as many numbers as they should be.
    """
    try:
        vectors = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise EncodingError(f"embed gave something else than vectors: {error}") from error
    if vectors.shape != (texts, dims) or not np.isfinite(vectors).all():
        raise EncodingError(
            f"the index says {texts} vectors of {dims} finite numbers, embed gave shape {vectors.shape}"
        )
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.where(norms > 0, norms, 1)).astype(np.float32)
    return unit
