"""A provider's refusal of a request that is too long."""

import re

from langchain_core.exceptions import ContextOverflowError

from agentcompress.errors import AgentCompressError

_SAID = re.compile(
    r"context_length_exceeded|maximum context length|context (?:window|length|limit)"
    r"|prompt is too long|input is too long",
    re.IGNORECASE,
)
_BUSY = re.compile(r"throttl|rate.?limit|quota|per (?:min|day|hour)", re.IGNORECASE)
"""What speaks of how often one may ask."""
_NUMBER = re.compile(r"\d[\d,]{3,}")
_GUESS = 0.7
"""Share of what was refused that is tried next where the refusal names no numbers."""
_MARGIN = 0.98


def is_overflow(error: Exception) -> bool:
    """Whether a model's error says that the request was longer than its window."""
    if isinstance(error, AgentCompressError):
        return False
    if isinstance(error, ContextOverflowError):
        return True
    return bool(_SAID.search(str(error))) and not _BUSY.search(str(error))


def taken_share(error: Exception) -> float:
    """Share of the refused request that would have been taken, in (0, 1).

    Providers name both figures ("210035 tokens > 200000 maximum"), and some the parts of
    the larger one, too, so the two largest count; where one does not, a guess that leaves room.
    """
    numbers = sorted(int(found.replace(",", "")) for found in _NUMBER.findall(str(error)))
    if len(numbers) > 1 and numbers[-2] < numbers[-1]:
        return max(numbers[-2] / numbers[-1], 0.1) * _MARGIN
    return _GUESS
