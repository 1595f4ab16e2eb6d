"""What a peer's process is given: no network, one thread, a home of its own, and tiktoken's vocabularies."""

import gzip
import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

_VOCABULARIES = ("cl100k_base", "o200k_base")
_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"


def peer_environment(folder: Path) -> dict[str, str]:
    """The variables of a peer's process.

    Args:
        folder: Empty; what peers write lands there.
    """
    return {
        **os.environ,
        "HOME": str(folder),
        "DISTIL_HOME": str(folder / "distil"),
        "HEADROOM_BEACON": "off",
        "HF_HUB_OFFLINE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "OMP_NUM_THREADS": "1",
        "TIKTOKEN_CACHE_DIR": str(_vocabularies(folder / "tiktoken")),
        "TOKENIZERS_PARALLELISM": "false",
    }


def _vocabularies(folder: Path) -> Path:
    """A cache as tiktoken fills it, made of what `bpe-openai` ships: peers then count, and need not guess."""
    folder.mkdir(parents=True, exist_ok=True)
    found = find_spec("bpe_openai")
    packed = Path(found.origin).parent / "data" if found and found.origin else folder
    for name in _VOCABULARIES:
        target = folder / hashlib.sha1(_URL.format(name).encode()).hexdigest()
        target.write_bytes(gzip.decompress((packed / f"{name}.tiktoken.gz").read_bytes()))
    return folder
