"""Which values of a column are not like the others."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

LEAST = 12
"""Values that a column needs before one of them can be odd."""
_SHARE = 0.02
"""Share of a column that may be odd: more of them are a pattern of their own."""
_USUAL = 0.9
"""Share of a column that repeated values must cover before a rare one is odd."""
_FAR = 12
"""Median absolute deviations from the median at which a number is odd."""


def odd_values(values: Sequence[str]) -> list[int]:
    """Indices of rare values among repeated ones, and of numbers far from the others.

    Numbers are judged by the median absolute deviation, which outliers cannot move
    (Hampel, "The Influence Curve and Its Role in Robust Estimation", 1974).

    Args:
        values: A column, as written.
    """
    if len(values) < LEAST:
        return []
    most = max(1, int(_SHARE * len(values)))
    numbers = [_number(value) for value in values]
    known = [number for number in numbers if number is not None]
    odd = _far(numbers, known) if len(known) >= _USUAL * len(values) else _rare(values)
    return odd if len(odd) <= most else []


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _far(numbers: Sequence[float | None], known: Sequence[float]) -> list[int]:
    middle = median(known)
    spread = median(abs(number - middle) for number in known)
    return [
        index
        for index, number in enumerate(numbers)
        if number is None or (abs(number - middle) > _FAR * spread and spread > 0)
    ]


def _rare(values: Sequence[str]) -> list[int]:
    counts = Counter(values)
    usual = sum(count for count in counts.values() if count > 2)
    if usual < _USUAL * len(values):
        return []
    return [index for index, value in enumerate(values) if counts[value] == 1]
