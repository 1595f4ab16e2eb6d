"""A provider's refusal of a request that is too long."""

import re

from langchain_core.exceptions import ContextOverflowError

from agentcompress.errors import AgentCompressError

_SAID = re.compile(
    r"context_length_exceeded|maximum context length|context (?:window|length|limit)"
    r"|prompt is too long|input is too long|too many (?:input )?tokens",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,]{3,}")
_GUESS = 0.7
"""Share of what was refused that is tried next where the refusal names no numbers."""
_MARGIN = 0.98


def is_overflow(error: Exception) -> bool:
    """Whether a model's error says that the request was longer than its window."""
    if isinstance(error, AgentCompressError):
        return False
    return isinstance(error, ContextOverflowError) or bool(_SAID.search(str(error)))


def taken_share(error: Exception) -> float:
    """Share of the refused request that would have been taken, in (0, 1).

    Providers name both figures ("210035 tokens > 200000 maximum"); where one does
    not, a guess that leaves room.
    """
    numbers = sorted(int(found.replace(",", "")) for found in _NUMBER.findall(str(error)))
    if len(numbers) > 1 and numbers[0] < numbers[-1]:
        return max(numbers[0] / numbers[-1], 0.1) * _MARGIN
    return _GUESS
