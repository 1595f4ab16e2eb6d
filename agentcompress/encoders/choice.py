"""Which encoder a setting means."""

import ctypes
import functools
import sys
from pathlib import Path
from typing import Any, Literal

from agentcompress.values import Encoder

from .cache import CachedEncoder
from .embeddings import EmbeddingModel, EmbeddingsEncoder
from .minilm import minilm_weights
from .sentence import SentenceTransformerEncoder
from .static import StaticEncoder

EncoderSetting = str | Path | Encoder | EmbeddingModel
"""What `encoder_for` understands."""


def encoder_for(setting: EncoderSetting) -> Encoder:
    """The encoder that a setting means, behind a cache.

    Args:
        setting: "static", the one that ships with the library; "minilm", all-MiniLM-L6-v2
            from the extra of that name; "auto", what `automatic` says; the folder of a
            sentence-transformers model, or the name of one in the local cache of Hugging
            Face; a LangChain `Embeddings`; or any `Encoder`.

    Returns:
        For a name the same encoder each time, so that all who name it share its cache; an
        encoder that has a cache already is returned as it is.

    Raises:
        MissingDependencyError: The model is not on this machine: nothing is ever downloaded.
        ValueError: The setting is none of these.
    """
    if isinstance(setting, str | Path):
        if not (name := str(setting)):
            raise ValueError("encoder must not be empty")
        return _named(automatic()[0] if name == "auto" else name)
    if isinstance(setting, CachedEncoder):
        return setting
    offered: Any = setting  # told by what it can do: LangChain is not imported to find out
    if callable(getattr(offered, "encode", None)) and isinstance(getattr(offered, "name", None), str):
        return CachedEncoder(offered)
    if callable(getattr(offered, "embed_documents", None)):
        return CachedEncoder(EmbeddingsEncoder(offered))
    raise ValueError(
        "encoder must be a name, a folder, a LangChain Embeddings, or have `name` and `encode`, "
        f"got {type(setting).__name__}"
    )


def automatic() -> tuple[Literal["minilm", "static"], str]:
    """What "auto" means on this machine, and why.

    Returns:
        "minilm" where torch sees an NVIDIA GPU and the weights are installed, else "static".
    """
    # torch takes 1.5 s to import, so it is asked last: without a driver it would say no.
    if not _has_cuda_driver():
        return "static", "no NVIDIA driver"
    if minilm_weights() is None:
        return "static", "NVIDIA driver found, but the weights of the minilm extra are not installed"
    import torch

    if not torch.cuda.is_available():
        return "static", "NVIDIA driver found, but this torch sees no GPU"
    return "minilm", f"MiniLM on {torch.cuda.get_device_name()}"


def _has_cuda_driver() -> bool:
    """Whether the driver's library is there; nothing in it is called, so a later fork can still use CUDA."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


@functools.cache
def _named(name: str) -> Encoder:
    if name == "static":
        return CachedEncoder(StaticEncoder())
    return CachedEncoder(SentenceTransformerEncoder(name))
