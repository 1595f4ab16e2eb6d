"""Head and tail of each output: what most agents do by hand."""


class HeadTailPeer:
    """Half of the room for the first characters, half for the last."""

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """Head, mark, tail."""
        half = max(1, 2 * tokens - 8)  # some four characters a token
        if len(text) <= 2 * half:
            half = max(1, len(text) // 2 - 8)
        return f"{text[:half]}\n[…]\n{text[-half:]}"
