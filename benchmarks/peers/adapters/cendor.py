"""cendor-squeeze (Apache-2.0): JSON, logs, code and prose to a budget, without a query."""


class CendorPeer:
    """`cendor.squeeze.compress` with a target."""

    def __init__(self) -> None:
        from cendor.squeeze import compress

        self._compress = compress

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """The text squeezed."""
        return str(self._compress(text, target_tokens=tokens, model="gpt-4o")[0])
