"""Counts the tokens of text."""

from collections.abc import Sequence
from functools import cache

from agentcompress.errors import MissingDependencyError
from agentcompress.recent import Recent
from agentcompress.values import TokenCounter

from .vocabulary import find_vocabulary

_MEMO_CHARACTERS = 16_000_000
_ENTRY_CHARACTERS = 128
"""What an entry is charged beside its text, for the memory it takes."""


class TiktokenCounter:
    """Counts exactly what tiktoken counts, remembering recent texts; thread-safe.

    Special tokens in a text are plain text and lone surrogates count as the
    replacement character, as `tiktoken.Encoding.encode(text, disallowed_special=())`
    has it.

    Args:
        encoding: "o200k_base" or "cl100k_base".

    Raises:
        ValueError: The encoding is not known.
        MissingDependencyError: Its vocabulary is not on this machine.
    """

    def __init__(self, encoding: str = "o200k_base") -> None:
        vocabulary = find_vocabulary(encoding)
        if vocabulary is None:
            raise MissingDependencyError(
                f"no vocabulary for {encoding} on this machine: install bpe-openai, "
                "or point TIKTOKEN_CACHE_DIR at a folder that tiktoken has filled"
            )
        self.name = f"{encoding} ({vocabulary.source})"
        self._count = vocabulary.count
        self._memo = Recent[str, int](_MEMO_CHARACTERS, lambda text, _: len(text) + _ENTRY_CHARACTERS)

    def count(self, text: str) -> int:
        """Tokens of one text."""
        count = self._memo.get(text)
        if count is None:
            count = self._count(_valid(text))
            self._memo.put(text, count)
        return count

    def count_many(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return [self.count(text) for text in texts]


class EstimateCounter:
    """One token for every four bytes of UTF-8: for machines without a vocabulary."""

    name = "estimate of four bytes a token"

    def count(self, text: str) -> int:
        """Tokens of one text, rounded up."""
        return -(-len(text.encode("utf-8", "surrogatepass")) // 4)

    def count_many(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return [self.count(text) for text in texts]


@cache
def default_counter(encoding: str = "o200k_base") -> TokenCounter:
    """The best counter available, one for the whole process: exact, else the estimate.

    Raises:
        ValueError: The encoding is not known.
    """
    try:
        return TiktokenCounter(encoding)
    except MissingDependencyError:
        return EstimateCounter()


def _valid(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # tiktoken's own repair: pairs join, lone surrogates become U+FFFD.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
