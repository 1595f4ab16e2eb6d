"""ctxprune (Apache-2.0): a token classifier that keeps identifiers whole; it heeds no query.

Needs ``pip install "ctxprune[onnx] @ git+https://github.com/riceharvest/ctxprune"`` and the model: not run
for the committed results.
"""

from benchmarks.peers.peer import weights


class CtxprunePeer:
    """`ctxprune.Compressor` by rate."""

    def __init__(self) -> None:
        folder = weights("CTXPRUNE_MODEL", "darioooooo0o/ctxprune-small")
        from ctxprune import Compressor

        self._compressor = Compressor(folder, backend="onnx")

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """The words that are kept; its rate is of its own tokens, some four characters each."""
        return str(self._compressor.compress(text, rate=min(1.0, 4 * tokens / max(1, len(text))))["text"])
