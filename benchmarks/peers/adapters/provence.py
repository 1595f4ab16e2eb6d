"""Provence (CC BY-NC 4.0): a reranker that deletes sentences that do not answer; it has no budget.

Needs the model, whose own code is run (`trust_remote_code`), and nltk with punkt_tab: not run for the
committed results.
"""

from benchmarks.peers.peer import weights

_WINDOW = 1_500
"""Characters that it reads at once: its context is 512 tokens."""
_THRESHOLDS = (0.1, 0.5, 0.9)
"""Its documentation's default and stricter ones, until the text fits."""


class ProvencePeer:
    """`process` on windows of the text."""

    def __init__(self) -> None:
        folder = weights("PROVENCE_MODEL", "naver/provence-reranker-debertav3-v1")
        from transformers import AutoModel

        self._model = AutoModel.from_pretrained(folder, trust_remote_code=True)

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """What answers the query, under the mildest threshold that fits."""
        windows = [text[start : start + _WINDOW] for start in range(0, len(text), _WINDOW)]
        short = text
        for threshold in _THRESHOLDS:
            found = self._model.process([query], [windows], threshold=threshold)["pruned_context"][0]
            short = "\n".join(one for one in found if one)
            if len(short) <= 4 * tokens:
                break
        return short
