"""Where the bars of the context chart stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from .run import RunReport, StepReport

HEIGHT = 220
"""Pixels of the plot, from the axis to the top."""
_MOST_LABELS = 12
_GRID_LINES = 4
_GAP = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One request; horizontal measures are percent of the width, vertical ones pixels."""

    step: StepReport
    """The request."""
    number: int
    """Its place, from 1."""
    x: float
    """Left edge."""
    width: float
    """Width."""
    before: float
    """Height of the tokens without compression."""
    after: float
    """Height of the tokens as sent."""
    cached: float
    """Height of those that the cache held."""
    labelled: bool
    """Whether its number stands under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Tokens per request."""

    bars: Sequence[Bar]
    """One a request."""
    grid: Sequence[tuple[float, int]]
    """Height and tokens of the lines across."""
    ceiling: float
    """Height of the ceiling."""


def context_chart(report: RunReport) -> Chart:
    """The chart of a run."""
    top = max([report.ceiling, *(max(step.before, step.after) for step in report.steps)])
    tick = _round_step(top / _GRID_LINES)
    scale = HEIGHT / max(top * 1.05, 1)
    slot = 100 / max(len(report.steps), 1)
    every = -(-len(report.steps) // _MOST_LABELS) or 1
    bars = [
        Bar(
            step=step,
            number=index + 1,
            x=slot * (index + _GAP / 2),
            width=slot * (1 - _GAP),
            before=scale * step.before,
            after=scale * step.after,
            cached=scale * step.cache_kept,
            labelled=index % every == 0,
        )
        for index, step in enumerate(report.steps)
    ]
    grid = [(scale * tokens, tokens) for tokens in range(tick, top + 1, tick)]
    return Chart(bars=bars, grid=grid, ceiling=scale * report.ceiling)


def _round_step(raw: float) -> int:
    """The next of 1, 2, 5 times a power of ten."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= raw:
                return factor * power
        power *= 10
