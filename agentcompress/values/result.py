"""What a compression gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionResult:
    """The messages to send, the decisions behind them and what they save."""

    messages: list[Any]
    """What the model will see, in the form that came in."""
    plan: Plan
    """Every decision so far; hand it to the next call and the prefix stays byte-identical."""
    ceiling: int
    """Hard limit of the request in tokens."""
    tokens_before: int
    """Tokens of the request without any compression."""
    tokens_after: int
    """Tokens of the request as it is now: messages, tool schemas and images."""
    evicted: bool
    """Whether this call made a new global plan, which rewrites the cached prefix."""
    breakdown: Mapping[str, int]
    """Tokens after, by what takes them."""
    certificate: float | None = None
    """Of an eviction: the share of the best possible value, as criteria and strategy see it, that
    the new plan is sure to have; None where nothing was evicted, or the strategy cannot tell."""

    @property
    def kept_ratio(self) -> float:
        """Tokens after ÷ tokens before."""
        return self.tokens_after / self.tokens_before if self.tokens_before else 1.0

    @property
    def compression_ratio(self) -> float:
        """Share of the tokens that was removed."""
        return 1.0 - self.kept_ratio
