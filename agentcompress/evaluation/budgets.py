"""Budgets of `eval`: tokens, a share of all, or so many times the mean."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """So many times the mean tokens of what is chosen among.

    Raises:
        ValueError: It is not above 0 and at most a million.
    """

    factor: float
    """How many times."""

    def __post_init__(self) -> None:
        if not 0 < self.factor <= 1e6:
            raise ValueError(f"budget must lie above 0x and at most 1000000x, got {self}")

    def __str__(self) -> str:
        return f"{self.factor:g}x"


EvalBudget = int | float | Times
"""Tokens (int), a share of all tokens (float in (0, 1)), or a multiple of their mean."""


def ceiling_of(budget: EvalBudget, tokens: Sequence[int]) -> int:
    """The budget in tokens, rounded down.

    Args:
        budget: As it was asked for.
        tokens: What each of those that are chosen among costs.
    """
    if isinstance(budget, Times):
        return int(budget.factor * sum(tokens) / max(1, len(tokens)))
    return budget if isinstance(budget, int) else int(budget * sum(tokens))
