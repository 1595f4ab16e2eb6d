"""Where what was chosen stands in the prompt."""

from collections.abc import Sequence
from typing import Literal, TypeVar, get_args

Order = Literal["similar-last", "similar-first", "ends"]
"""Where the most relevant stand: next to the query, at the start, or at both ends."""
ORDERS: tuple[Order, ...] = get_args(Order)

Item = TypeVar("Item")


def in_order(ranked: Sequence[Item], order: Order) -> list[Item]:
    """Items in the order of the prompt.

    Source: for "similar-last" Liu et al., "What Makes Good In-Context Examples for GPT-3?"
    (DeeLIO 2022); for "ends" Liu et al., "Lost in the Middle" (TACL 2024).

    Args:
        ranked: The most relevant first.
        order: Where they are to stand.
    """
    if order == "similar-first":
        return list(ranked)
    if order == "similar-last":
        return list(reversed(ranked))
    # The best stands last, next to the query; the second best opens.
    return [*ranked[1::2], *reversed(ranked[::2])]
