"""What a training learned, and how it does on sources that it never saw."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

_FIGURES = {"tool_only": "tool-only", "in_place": "in place", "at_risk": "at risk"}


def training_tables(figures: Mapping[str, Any]) -> list[Table]:
    """The weights, and the table of each budget where sources were left out.

    Args:
        figures: What `train --json` prints.
    """
    head = (
        f"{figures['output']}: {figures['bytes']:,} bytes from {figures['runs']:,} runs, "
        f"{figures['atoms']:,} atoms, {figures['seconds']} s"
    )
    weights = Table("feature", "weight", title=head)
    for name, weight in sorted(figures["slopes"].items(), key=lambda item: -abs(item[1])):
        weights.add_row(name, f"{weight:+.3f}")
    weights.add_row("hand-set score (exponent)", f"{figures['trust']:.3f}")
    return [weights, *(_left_out(budget, rows) for budget, rows in (figures["report"] or {}).items())]


def _left_out(budget: str, rows: Mapping[str, Mapping[str, Mapping[str, float | None]]]) -> Table:
    names = [f"{label} {title}" for title in _FIGURES.values() for label in rows]
    table = Table("", *names, title=f"% of atoms kept at {budget}, each source left out in turn")
    for source in next(iter(rows.values())):
        shares = [rows[label][source][figure] for figure in _FIGURES for label in rows]
        table.add_row(source, *("" if share is None else f"{100 * share:.1f}" for share in shares))
    return table
