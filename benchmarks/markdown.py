"""Cells and rows of tables."""

from collections.abc import Sequence

NONE = "n/a"


def row(cells: Sequence[str]) -> str:
    """One row."""
    return "| " + " | ".join(cells) + " |"


def rule(columns: int, *, words: int = 1) -> str:
    """What stands under the heads: the first columns hold words, the others numbers."""
    return "|---" * words + "|---:" * (columns - words) + "|"


def share(value: float | None) -> str:
    """A share with two places, without the zero before the point."""
    if value is None:
        return NONE
    return f"{value:.2f}".removeprefix("0") if value < 0.995 else f"{value:.2f}"
