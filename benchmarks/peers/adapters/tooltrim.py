"""tooltrim (MIT): BM25 over chunks of one output, under a budget."""


class TooltrimPeer:
    """`ToolCompressor`, with the query or without."""

    def __init__(self, *, asked: bool = True) -> None:
        from tooltrim import ToolCompressor

        self._compressor = ToolCompressor()
        self._asked = asked

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """The extract and its footer."""
        found = self._compressor.compress(text, query=query if self._asked else None, max_tokens=tokens)
        return str(found.text)
