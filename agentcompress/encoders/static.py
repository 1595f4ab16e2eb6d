"""The encoder that ships with the library: one row a token, no network to run."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agentcompress.errors import MissingDependencyError
from agentcompress.values import Vectors

from .texts import well_formed

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

# scipy, tokenizers and safetensors are imported on use: they cost 100 ms that `--help` need not pay.

DATA = Path(__file__).with_name("data")
MAX_CHARACTERS = 16_384
"""Of a longer text only the first and the last half as many characters are read."""

_WORD = re.compile(r"\[[A-Z]{3,4}\]|[!-/:-@\[-`{-~]|[^\s!-/:-@\[-`{-~]+")
"""What the tokenizer takes apart at the least: its marks as `[SEP]`, punctuation, and what is between."""


class StaticEncoder:
    """Sums one weighted row a token, distilled from all-MiniLM-L6-v2, and normalises.

    Word order plays no part. A text without a known token (empty, an image, base64)
    gives the zero vector. A text's vector does not depend on the texts beside it.
    Instances are immutable and may be shared between threads.

    Source: `benchmarks/distill_static_encoder.py`, which made the data.

    Args:
        folder: Where static.safetensors, tokenizer.json and card.json lie.

    Raises:
        MissingDependencyError: One of the files is not there.
    """

    def __init__(self, folder: Path = DATA) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        for name in ("static.safetensors", "tokenizer.json", "card.json"):
            if not (folder / name).is_file():
                raise MissingDependencyError(
                    f"{folder / name} is missing: reinstall agentcompress, "
                    "or make it with benchmarks/distill_static_encoder.py"
                )
        tensors = load_file(folder / "static.safetensors")
        self._rows = tensors["rows"] * tensors["scales"][:, None]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._name: str = json.loads((folder / "card.json").read_text(encoding="utf-8"))["name"]

    @property
    def name(self) -> str:
        """Names model and version: part of every cache key."""
        return self._name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape (texts, 256); zero where nothing is known of a text."""
        # WordPiece never looks beyond a word, so each distinct word is tokenised once.
        numbers = defaultdict[str, int](count().__next__)
        words = [[*map(numbers.__getitem__, _WORD.findall(_clip(text)))] for text in texts]
        words_of_text = _counts(words, len(numbers))
        tokens_of_word = _counts(self._tokens(list(numbers)), len(self._rows))
        tokens_of_text = words_of_text @ tokens_of_word
        tokens_of_text.sort_indices()  # the order of the sum, and so its rounding, is the text's own
        vectors: Vectors = tokens_of_text @ self._rows
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms > 0, norms, 1)
        return vectors

    def _tokens(self, words: Sequence[str]) -> list[list[int]]:
        """The tokens of each word."""
        # Plain words need no normalising, which takes most of a tokenizer's time.
        tokenize = self._tokenizer.model.tokenize
        plain = {
            word: [token.id for token in tokenize(word.lower())]
            for word in words
            if word.isascii() and word.isalnum()
        }
        others = [well_formed(word) for word in words if word not in plain]
        encodings = iter(self._tokenizer.encode_batch_fast(others, add_special_tokens=False))
        return [plain[word] if word in plain else next(encodings).ids for word in words]


def _clip(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[: MAX_CHARACTERS // 2]} {text[-MAX_CHARACTERS // 2 :]}"


def _counts(lists: Sequence[Sequence[int]], columns: int) -> "csr_matrix":
    """How often each number stands in each list, shape (lists, columns)."""
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *map(len, lists)])
    numbers = np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=ends[-1])
    return csr_matrix((np.ones(len(numbers), dtype=np.float32), numbers, ends), shape=(len(lists), columns))
