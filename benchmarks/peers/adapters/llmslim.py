"""llmslim (MIT): extractive ranking of sentences and lines, under a ratio."""


class LlmslimPeer:
    """`llmslim.compress` with the query and content detection."""

    def __init__(self) -> None:
        from llmslim import compress
        from llmslim.tokens import count_tokens

        self._compress = compress
        self._count = count_tokens

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """The ranked extract."""
        ratio = min(1.0, tokens / max(1, self._count(text)))
        # Longer queries dilute its ranking.
        short = self._compress(text, target_ratio=ratio, query=query[:300], detect_content=True)
        return str(short.compressed_text)
