"""Texts into padded batches of token ids, little of them padding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_CHUNK = 2_048
"""Texts tokenised at once: the device works on one chunk while the next is tokenised."""
_CHARACTERS = 100
"""A text longer than this times the tokens that a model reads is not tokenised to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Texts that go through the model together."""

    positions: list[int]
    """Where they stand in the input."""
    tokens: list[list[int]]
    """Their token ids, the longest text first."""


class Batcher:
    """A model's own tokenizer, without the wrapper around it, which is not safe for threads.

    Args:
        model: One with a fast tokenizer; else whatever the libraries raise on it.
    """

    def __init__(self, model: "SentenceTransformer") -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
        self._tokenizer.no_padding()
        if model.max_seq_length is None:
            raise ValueError("the model does not say how many tokens it reads")
        self._longest: int = model.max_seq_length
        self._tokenizer.enable_truncation(self._longest)
        self._pad: int = model.tokenizer.pad_token_id

    def batches(self, texts: Sequence[str], size: int) -> Iterator[Batch]:
        """The texts in batches of at most `size` tokens, padding included, longest first."""
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]), reverse=True)
        for start in range(0, len(order), _CHUNK):
            chunk = order[start : start + _CHUNK]
            cut = [texts[index][: _CHARACTERS * self._longest] for index in chunk]
            tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(cut)]
            rows = sorted(range(len(chunk)), key=lambda row: len(tokens[row]), reverse=True)
            while rows:
                count = max(1, size // max(1, len(tokens[rows[0]])))
                first, rows = rows[:count], rows[count:]
                yield Batch(positions=[chunk[row] for row in first], tokens=[tokens[row] for row in first])

    def padded(self, batch: Batch, *, multiple: int, pinned: bool) -> "torch.Tensor":
        """Ids and mask in one host buffer, so that they are one allocation and one copy.

        Args:
            batch: What to pad.
            multiple: The length is rounded up to a multiple of it, as far as the model reads.
            pinned: Whether the buffer is in pinned memory.

        Returns:
            int64, shape (2, texts, tokens).
        """
        import torch

        width = min(-(-len(batch.tokens[0]) // multiple) * multiple, self._longest)
        host = torch.zeros((2, len(batch.tokens), width), dtype=torch.int64, pin_memory=pinned)
        ids, mask = host.numpy()
        ids.fill(self._pad)
        for row, known in enumerate(batch.tokens):
            ids[row, : len(known)] = known
            mask[row, : len(known)] = 1
        return host
