"""Any sentence-transformers model, in large batches on a GPU or on the CPU."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

import numpy as np

from agentcompress.values import Vectors

from .batching import Batch, Batcher
from .loading import cpu_has_bfloat16, fingerprint, load_model
from .minilm import minilm_folder
from .texts import well_formed

if TYPE_CHECKING:
    import torch

Precision = Literal["float32", "bfloat16", "float16"]

_GPU_BATCH, _CPU_BATCH = 32_768, 2_048
"""Tokens of a batch, padding included."""
_PROBE = ["error", "def main(): return 0", "The train is late because of the snow in the mountains."]
"""Texts of different lengths, so that padding and masks show."""
_SAME = 0.99
"""Cosine of the same text's vectors, computed in another order in bfloat16."""


class SentenceTransformerEncoder:
    """Runs a sentence-transformers model from this machine's disk; nothing is ever downloaded.

    Safe for threads. Texts are sorted by length and batched by tokens, so that little is spent on padding.
    Batches go to the GPU from pinned memory without waiting for the one before; the
    vectors stay there until all are done and come back in one copy. A text longer than
    the model reads (256 tokens for MiniLM) is cut off at its end.

    The same list gives the same vectors on the same machine. What stands beside a text
    decides the shape of its batch, and with that the last digits of its vector.

    A model that reads more than token ids and a mask (a prompt, a chat template, static
    rows) runs through `SentenceTransformer.encode`, with the batches of that.

    Args:
        model: "minilm", the folder of a model, or the name of one in the local cache of
            Hugging Face.
        device: As torch names it; None takes CUDA where there is a GPU, else the CPU.
        precision: None takes bfloat16 where the device computes it in hardware, float16
            on older GPUs, else float32.

    Raises:
        MissingDependencyError: There is no such model on this machine, or it cannot be read.
        ValueError: torch does not know the device, or does not see it.
    """

    def __init__(
        self, model: str | Path, *, device: str | None = None, precision: Precision | None = None
    ) -> None:
        import torch

        self._device = _device(device)
        self._on_gpu = self._device.type == "cuda"
        self._precision: Precision = precision or _precision(self._device)
        self._dtype: torch.dtype = getattr(torch, self._precision)
        self._model = load_model(minilm_folder() if model == "minilm" else model)
        self._name = f"{Path(model).name}-{fingerprint(self._model)}-{self._precision}-{self._device.type}"
        self._model.to(device=self._device, dtype=self._dtype).eval()
        self._lock = Lock()
        self._batcher = self._own_batches()

    @property
    def name(self) -> str:
        """Names model, weights, precision and kind of device: part of every cache key."""
        return self._name

    @property
    def precision(self) -> Precision:
        """What the model computes in."""
        return self._precision

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape (texts, dimensions)."""
        clean = [well_formed(text) for text in texts]
        if self._batcher is not None and clean:
            return self._in_batches(clean, self._batcher)
        return self._by_library(clean)

    def _own_batches(self) -> Batcher | None:
        """Makes batches, or is None where ours would not give what the library gives."""
        if self._model.prompts.get(self._model.default_prompt_name or ""):
            return None
        try:
            batcher = Batcher(self._model)
            ours = self._in_batches(_PROBE, batcher)
        # What a model raises on input that it was not built for is its own affair.
        except Exception:
            return None
        theirs = self._by_library(_PROBE)
        same = ours.shape == theirs.shape and (ours * theirs).sum(axis=1).min() > _SAME
        return batcher if same else None

    def _by_library(self, texts: list[str]) -> Vectors:
        # An empty list has no vector to take the dimensions from: one text is encoded for its shape.
        with self._lock:  # the tokenizer inside is not safe for threads
            vectors = self._model.encode(texts or ["-"], normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)[: len(texts)]

    def _in_batches(self, texts: list[str], batcher: Batcher) -> Vectors:
        import torch

        order: list[int] = []
        with torch.inference_mode():
            done = torch.empty(0)
            for batch in batcher.batches(texts, _GPU_BATCH if self._on_gpu else _CPU_BATCH):
                vectors = self._forward(batch, batcher)
                if not order:
                    done = torch.empty((len(texts), vectors.shape[1]), device=self._device)
                done[len(order) : len(order) + len(vectors)] = vectors
                order += batch.positions
            by_length = done.cpu().numpy()
        vectors_in_order: Vectors = np.empty_like(by_length)
        vectors_in_order[order] = by_length
        return vectors_in_order

    def _forward(self, batch: Batch, batcher: Batcher) -> "torch.Tensor":
        """Unit vectors of one batch, on the device, float32, shape (texts, dimensions)."""
        import torch
        from torch.nn.functional import normalize

        # Tensor cores and attention kernels want multiples of eight.
        host = batcher.padded(batch, multiple=8 if self._on_gpu else 1, pinned=self._on_gpu)
        ids, mask = host.to(self._device, non_blocking=True)
        # At a mask of two dimensions transformers looks whether anything is masked, and the host waits
        # for the device once a batch. One of four, ready to be added to the logits, is passed through.
        added = (1 - mask[:, None, None, :]).to(self._dtype) * torch.finfo(self._dtype).min
        transformer, *rest = self._model
        features = transformer({"input_ids": ids, "attention_mask": added})
        features["attention_mask"] = mask
        for module in rest:
            features = module(features)
        return normalize(features["sentence_embedding"][:, : self._model.truncate_dim].float())


def _device(name: str | None) -> "torch.device":
    import torch

    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"device {name!r}: {str(error).splitlines()[0]}") from None
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(f"device {name!r} is not there: torch sees {torch.cuda.device_count()} GPUs")
    return device


def _precision(device: "torch.device") -> Precision:
    """The fastest precision that the device computes in hardware."""
    import torch

    if device.type == "cuda":
        return "bfloat16" if torch.cuda.get_device_capability(device) >= (8, 0) else "float16"
    return "bfloat16" if device.type == "cpu" and cpu_has_bfloat16() else "float32"
