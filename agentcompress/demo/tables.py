"""What the demo prints."""

from collections.abc import Mapping, Sequence

from rich.markup import escape
from rich.table import Table

from agentcompress.report.run import StepReport
from agentcompress.tokens import billed, price_model

from .play import Run


def steps_table(steps: Sequence[StepReport]) -> Table:
    """What each request of the compressed run took and saved."""
    table = Table(title="compressed run, tokens of each request", title_justify="left", expand=True)
    table.add_column("", justify="right")
    table.add_column("next", no_wrap=True, overflow="ellipsis", ratio=1)
    for heading in ("before", "after", "saved", "cache-kept", "ms"):
        table.add_column(heading, justify="right", no_wrap=True)
    for number, step in enumerate(steps, start=1):
        table.add_row(
            str(number),
            escape(step.action),
            f"{step.before:,}",
            f"{step.after:,}",
            f"{step.saved:.0%}",
            f"{step.cache_kept:,}",
            f"{step.milliseconds:.0f}",
        )
    return table


def totals_table(runs: Mapping[str, tuple[Run, Sequence[StepReport]]]) -> Table:
    """The runs side by side.

    Args:
        runs: Name → the run and its requests.
    """
    table = Table(title="totals", title_justify="left")
    table.add_column("")
    for name in runs:
        table.add_column(name, justify="right")
    rows = [(run, *_totals(steps)) for run, steps in runs.values()]
    for heading, cells in {
        "model calls": [f"{len(run.calls)}" for run, *_ in rows],
        "largest request": [f"{peak:,}" for _, peak, *_ in rows],
        "tokens sent": [f"{sent:,}" for _, _, sent, *_ in rows],
        "of these cache-kept": [f"{kept:,}" for *_, kept, _ in rows],
        "billed with a cache*": [f"{cost:,.0f}" for *_, cost in rows],
        "facts right": [f"{run.right} of {run.facts}" for run, *_ in rows],
        "task": ["[green]solved[/]" if run.solved else "[red]failed[/]" for run, *_ in rows],
    }.items():
        table.add_row(heading, *cells)
    table.caption = "* input tokens at the plain price: a cached one counts 0.1, a new one 1.25"
    table.caption_justify = "left"
    return table


def _totals(steps: Sequence[StepReport]) -> tuple[int, int, int, float]:
    cost = billed(((step.after, step.cache_kept) for step in steps), price_model("anthropic"))
    return (
        max((step.after for step in steps), default=0),
        sum(step.after for step in steps),
        sum(step.cache_kept for step in steps),
        cost,
    )
