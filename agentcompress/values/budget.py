"""How many tokens there are, and when to act."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A hard limit for a whole request and the marks at which to act.

    Raises:
        ValueError: A field is out of range.
    """

    limit: int | float
    """Tokens (int, from 1 to 10⁹), or a fraction (float in (0, 1)) of the model's window."""
    reserve: int = 0
    """Tokens kept free for the answer."""
    trigger: float = 1.0
    """High water, as a share of what the hard pins leave of the ceiling: eviction starts above it."""
    keep: float | None = 1.0
    """Low water, as a share of what the hard pins leave of the ceiling: eviction stops at it. None
    for as deep as pays back before the next one, by the prices of the provider's prompt cache."""
    item_share: float = 1.0
    """Share of the ceiling one new message may take before it is condensed on sight."""

    def __post_init__(self) -> None:
        checked_limit(self.limit)
        if self.reserve < 0:
            raise ValueError(f"reserve must not be negative, got {self.reserve}")
        for name in ("trigger", "keep", "item_share"):
            share = getattr(self, name)
            if share is not None and not 0 < share <= 1:
                raise ValueError(f"{name} must lie in (0, 1], got {share}")
        if self.keep is not None and self.keep > self.trigger:
            raise ValueError(f"keep ({self.keep}) must not exceed trigger ({self.trigger})")

    @classmethod
    def for_long_run(cls, limit: int | float, *, reserve: int = 0) -> Self:
        """Marks for an agent that goes on for many steps.

        Large results are condensed when they arrive, which leaves the cached prefix
        alone; evictions, which do not, go down so far that they pay back.
        """
        return cls(limit=limit, reserve=reserve, keep=None, item_share=0.3)

    def ceiling(self, window: int | None = None) -> int:
        """The hard limit of a request in tokens.

        Args:
            window: The model's context window in tokens; needed for a fraction.

        Raises:
            ValueError: A fraction without a window, or nothing is left after the reserve.
        """
        if isinstance(self.limit, int):
            total = self.limit
        elif window is None:
            raise ValueError(
                f"budget {self.limit} is a fraction of the model's window, which is unknown: "
                "give a number of tokens, or the model"
            )
        else:
            total = int(self.limit * window)
        if total <= self.reserve:
            raise ValueError(f"budget of {total} tokens leaves nothing after the reserve of {self.reserve}")
        return total - self.reserve


def checked_limit(limit: int | float) -> int | float:
    """The limit itself, if it is one: an integer from 1 to 10⁹ or a fraction between 0 and 1.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        raise ValueError(f"budget must be a number, got {limit!r}")
    if isinstance(limit, int):
        if not 1 <= limit <= 10**9:
            raise ValueError(f"budget must be from 1 to 1,000,000,000 tokens, got {limit}")
    elif not 0 < limit < 1:
        raise ValueError(f"budget as a fraction must lie between 0 and 1, got {limit}")
    return limit
