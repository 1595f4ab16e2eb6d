"""What a compression gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionResult:
    """The messages to send, the decisions behind them and what they save."""

    messages: list[Any]
    """What the model will see, in the form that came in."""
    message_tokens: Sequence[int]
    """Tokens of each of these."""
    plan: Plan
    """Every decision so far; hand it to the next call and the prefix stays byte-identical."""
    left: tuple[int, ...] = ()
    """Indices of the messages that this call is the first not to show as they are."""
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
    shortened: int
    """Messages shown in fewer tokens than they have."""
    folded: int
    """Messages that left the prompt."""
    prefix_kept: int
    """Tokens at the start of the request, tool schemas and whole messages, that an eviction left as
    they were; all of them where nothing was evicted."""
    milliseconds: float = field(compare=False)
    """How long it took."""
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

    @property
    def prefix_share(self) -> float:
        """Share of the request that an eviction left as it was, for the prompt cache to serve."""
        return self.prefix_kept / self.tokens_after if self.tokens_after else 1.0

    def figures(self) -> dict[str, Any]:
        """All figures but the time, JSON-ready; nothing of what the conversation says.

        Returns:
            ``{"ceiling", "tokens_before", "tokens_after", "kept_ratio", "compression_ratio", "evicted",
            "shortened", "folded", "prefix_kept", "prefix_share", "certificate", "breakdown"}``.
        """
        return {
            "ceiling": self.ceiling,
            "tokens_before": self.tokens_before,
            "tokens_after": self.tokens_after,
            "kept_ratio": round(self.kept_ratio, 4),
            "compression_ratio": round(self.compression_ratio, 4),
            "evicted": self.evicted,
            "shortened": self.shortened,
            "folded": self.folded,
            "prefix_kept": self.prefix_kept,
            "prefix_share": round(self.prefix_share, 4),
            "certificate": None if self.certificate is None else round(self.certificate, 4),
            "breakdown": dict(self.breakdown),
        }
