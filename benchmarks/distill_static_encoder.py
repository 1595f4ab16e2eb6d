"""Distils the static encoder that ships with the library from all-MiniLM-L6-v2.

Every vocabulary token goes through the sentence encoder alone; its output is
reduced by PCA, weighted by how rare the token is, and kept as int8. A text is
then the sum of its tokens' rows: no network runs at compression time.

Method: static distillation as in Model2Vec (Tulkens & van Dongen, 2024), weights
a / (a + p) of Arora, Liang & Ma, "A Simple but Tough-to-Beat Baseline for
Sentence Embeddings" (ICLR 2017), with p from Zipf's law over the vocabulary's order.

Needs the `minilm` extra. Same weights, same libraries: same bytes.

    python benchmarks/distill_static_encoder.py
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from tokenizers import Tokenizer
from transformers import BertModel

from agentcompress.encoders.minilm import SHA256, minilm_folder

OUTPUT = Path(__file__).parent.parent / "agentcompress" / "encoders" / "data"
DIMENSIONS = 256
SMOOTHING = 1e-3
FIRST_WORD = "the"
BATCH = 1024

Matrix = NDArray[np.float32]


def main() -> None:
    torch.set_num_threads(1)  # sums in another order round to other bytes
    folder = minilm_folder()
    tokenizer = bare_tokenizer(folder)
    vocabulary = tokenizer.get_vocab()
    print(f"encoding {len(vocabulary):,} tokens, about half a minute", flush=True)
    rows = principal_components(token_states(folder, vocabulary), placeholders(vocabulary))
    rows *= frequency_weights(vocabulary)
    scales = np.abs(rows).max(axis=1, keepdims=True) / 127
    quantised = np.rint(rows / np.where(scales > 0, scales, 1)).astype(np.int8)

    OUTPUT.mkdir(exist_ok=True)
    (OUTPUT / "static.safetensors").write_bytes(save({"rows": quantised, "scales": scales[:, 0]}))
    tokenizer.save(str(OUTPUT / "tokenizer.json"), pretty=False)
    (OUTPUT / "card.json").write_text(json.dumps(card(), indent=2) + "\n", encoding="utf-8")
    print(f"wrote {OUTPUT}")


def bare_tokenizer(folder: Path) -> Tokenizer:
    """The model's tokenizer without padding, truncation or special tokens around a text."""
    settings = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    settings |= {"padding": None, "truncation": None, "post_processor": None}
    return Tokenizer.from_str(json.dumps(settings))


def placeholders(vocabulary: Mapping[str, int]) -> list[int]:
    """Ids of the tokens that stand for no text, such as ``[PAD]`` and ``[unused0]``."""
    return [number for token, number in vocabulary.items() if token.startswith("[") and token != "["]


def token_states(folder: Path, vocabulary: Mapping[str, int]) -> Matrix:
    """Each token's own last hidden state in ``[CLS] token [SEP]``, shape (tokens, 384)."""
    model = BertModel.from_pretrained(folder)
    tokens = np.arange(len(vocabulary))
    sequences = np.stack(
        [np.full_like(tokens, vocabulary["[CLS]"]), tokens, np.full_like(tokens, vocabulary["[SEP]"])], axis=1
    )
    states = np.empty((len(vocabulary), model.config.hidden_size), dtype=np.float32)
    with torch.inference_mode():
        for first in range(0, len(tokens), BATCH):
            batch = torch.from_numpy(sequences[first : first + BATCH])
            output = model(input_ids=batch, attention_mask=torch.ones_like(batch))
            states[first : first + BATCH] = output.last_hidden_state[:, 1].numpy()
    return states


def principal_components(states: Matrix, empty: list[int]) -> Matrix:
    """The states in their first principal components, shape (tokens, DIMENSIONS), zero where empty."""
    centred = states - np.delete(states, empty, axis=0).mean(axis=0, dtype=np.float64)
    centred[empty] = 0.0
    axes = np.linalg.eigh(centred.T @ centred).eigenvectors[:, ::-1][:, :DIMENSIONS]
    components: Matrix = (centred @ axes).astype(np.float32)
    return components


def frequency_weights(vocabulary: Mapping[str, int]) -> Matrix:
    """A weight a token, shape (tokens, 1): the vocabulary lists its words from frequent to rare.

    Signs and single letters stand before the first word and count as frequent as it is.
    """
    first = vocabulary[FIRST_WORD]
    rank = np.maximum(np.arange(len(vocabulary)) - first, 0) + 1
    probability = (1 / rank) / (1 / rank[first:]).sum()
    weights: Matrix = (SMOOTHING / (SMOOTHING + probability)).astype(np.float32)
    return weights[:, None]


def card() -> dict[str, object]:
    """Where the data comes from and what it is."""
    files = {name: sha256(OUTPUT / name) for name in ("static.safetensors", "tokenizer.json")}
    return {
        "name": f"static-minilm-{DIMENSIONS}-{files['static.safetensors'][:8]}",
        "dimensions": DIMENSIONS,
        "licence": "Apache-2.0",
        "source": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
        "source_sha256": SHA256,
        "made_by": "benchmarks/distill_static_encoder.py",
        "method": f"token states, PCA to {DIMENSIONS}, weights a/(a+p) with a={SMOOTHING}, int8 a row",
        "sha256": files,
    }


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
