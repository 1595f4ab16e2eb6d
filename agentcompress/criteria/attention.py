"""What a transformer looks at."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Scores

from .mentions import Numbers

if TYPE_CHECKING:
    from torch import Tensor

_WINDOW = 256
"""Tokens read at once: attention takes the square of it."""
_BATCH = 8
"""Windows read at once."""


class AttentionCriterion:
    """Attention that a segment's tokens receive, mean over heads, layers and tokens; 1 is the average.

    The segments are read in windows of equal length, each behind the end of the query, so
    that nothing is padded and neighbours compete. As every token gives away attention of
    1, a token receives 1 on average, and scores of different windows compare.

    Source: equation 2 of "Token Reduction Should Go Beyond Efficiency in Generative
    Models" (arXiv 2505.18227): s_i = sum over j of Attn(x_j, x_i).

    Args:
        folder: Where an encoder (BERT-like: its inputs begin and end with marks) and its
            tokenizer lie in Hugging Face's form, as a sentence-transformers model does. Nothing is
            downloaded.
        device: Where it runs, such as ``"cuda:1"``; None takes the GPU where there is one.

    Raises:
        ValueError: The folder holds no such encoder.
    """

    def __init__(self, folder: Path | str, *, device: str | None = None) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        if not (Path(folder) / "config.json").is_file():
            raise ValueError(f"folder must hold a transformer with its config.json, got {str(folder)!r}")
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        if self._tokenizer.cls_token_id is None or self._tokenizer.sep_token_id is None:
            raise ValueError(f"folder must hold an encoder with [CLS] and [SEP] tokens, got {str(folder)!r}")
        model: Any = AutoModel.from_pretrained(
            folder,
            local_files_only=True,
            attn_implementation="eager",  # the others do not give the weights
        )
        self._model = model.eval().to(self._device)

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,); 1 where it has no token."""
        count = len(context.segments)
        lists = self._tokens([segment.text for segment in context.segments])
        sizes = np.fromiter(map(len, lists), dtype=np.intp, count=count)
        if not sizes.sum():
            return np.ones(count, dtype=np.float32)
        stream: Numbers = np.concatenate([np.array(tokens, dtype=np.intp) for tokens in lists])
        query = self._tokens([context.query])[0][-_WINDOW // 2 :]
        received = np.concatenate(list(self._received(query, stream)))
        total = np.bincount(np.repeat(np.arange(count), sizes), received, minlength=count)
        scores: Scores = np.where(sizes > 0, total / np.maximum(sizes, 1), 1.0).astype(np.float32)
        return scores

    def _tokens(self, texts: list[str]) -> list[list[int]]:
        if not texts:
            return []
        # What UTF-8 cannot write, no tokenizer reads.
        readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        encoded = self._tokenizer(
            readable,
            add_special_tokens=False,
            split_special_tokens=True,  # a text that writes [SEP] ends nothing
            verbose=False,
        )
        ids: list[list[int]] = encoded["input_ids"]
        return ids

    def _received(self, query: list[int], stream: Numbers) -> Iterator[NDArray[np.float64]]:
        """What each token of the stream receives, batch by batch."""
        first, last = self._tokenizer.cls_token_id, self._tokenizer.sep_token_id
        start = [first, *query, last]
        room = _WINDOW - len(start) - 1
        whole = len(stream) // room
        batches = [
            stream[: whole * room].reshape(whole, room)[i : i + _BATCH] for i in range(0, whole, _BATCH)
        ]
        if len(stream) % room:
            batches.append(stream[whole * room :].reshape(1, -1))
        for windows in batches:
            rows = np.pad(windows, ((0, 0), (len(start), 1)), constant_values=last)
            rows[:, : len(start)] = start
            yield self._attention(rows)[:, len(start) : -1].double().cpu().numpy().reshape(-1)

    def _attention(self, rows: Numbers) -> "Tensor":
        """What each token receives, shape (windows, tokens)."""
        import torch

        with torch.inference_mode():
            layers = self._model(torch.from_numpy(rows).to(self._device), output_attentions=True).attentions
            # shape (windows, heads, from, to) a layer
            return torch.stack([layer.mean(dim=1).sum(dim=1) for layer in layers]).mean(dim=0)
