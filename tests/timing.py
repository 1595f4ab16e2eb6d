"""How long work on texts takes."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_NOISE = 0.001
"""Seconds by which even short work varies."""


def seconds(text: str, *steps: Callable[[str], object]) -> float:
    """CPU time of the steps on a text, the best of three."""
    took = []
    with _uncollected():
        for _ in range(3):
            began = time.process_time()
            for step in steps:
                step(text)
            took.append(time.process_time() - began)
    return min(took)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No collection of garbage, as in timeit: what it takes tells of all that other tests left behind."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def check_linear(
    unit: str, *steps: Callable[[str], object], before: str = "", behind: str = "", size: int = 80_000
) -> None:
    """Checks that four times the text takes about four times as long, not sixteen.

    Args:
        unit: What the text repeats.
        steps: What is done with it.
        before: How it begins.
        behind: How it ends.
        size: Characters of the longer one.
    """
    small, large = (before + unit * (characters // len(unit)) + behind for characters in (size // 4, size))
    assert seconds(large, *steps) < 9 * seconds(small, *steps) + _NOISE, unit
