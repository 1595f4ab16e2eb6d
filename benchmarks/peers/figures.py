"""What the rows of a run say of each peer, put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from .registry import ENTRIES
from .results import Results

OURS = "agentcompress"
_MIN_ATOMS = 40
"""Tool-only atoms that a source needs to count in a mean: as `replay` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A source where a peer keeps more tool-only atoms."""

    peer: str
    """Its name."""
    source: str
    """Where."""
    budget: float
    """Under which budget."""
    kept: tuple[float, float]
    """The peer's share and this library's."""
    over: int
    """How many of the peer's requests were over the ceiling."""
    atoms: int
    """How many there are to keep."""


class Figures:
    """Means over the sources of one run."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.peers = [name for name in ENTRIES if any(row["peer"] == name for row in results.rows)]

    def rows(self, peer: str, kind: str, budget: float) -> dict[str, dict[str, Any]]:
        """Source → row."""
        return {row["source"]: row for row in self.results.of(peer, kind, budget)}

    def atoms(self, budget: float) -> dict[str, int]:
        """Sources of a replay that this library was measured on → their tool-only atoms, if there are any."""
        rows = self.rows(OURS, "replay", budget)
        return {source: rows[source]["n_tool_only"] for source in sorted(rows) if rows[source]["n_tool_only"]}

    def sources(self, budget: float) -> list[str]:
        """Those with enough atoms to count in a mean."""
        return [source for source, atoms in self.atoms(budget).items() if atoms >= _MIN_ATOMS]

    def mean(self, peer: str, budget: float, figure: str) -> float | None:
        """Mean of a figure over these sources; None where one of them was not measured."""
        rows, sources = self.rows(peer, "replay", budget), self.sources(budget)
        if not sources or any(source not in rows for source in sources):
            return None
        return fmean(rows[source][figure] for source in sources)

    def total(self, peer: str, budget: float, figure: str) -> int | None:
        """Sum of a count over all sources; None where the peer lacks one that this library has."""
        rows, ours = self.rows(peer, "replay", budget), self.rows(OURS, "replay", budget)
        if not ours or any(source not in rows for source in ours):
            return None
        return sum(int(row.get(figure, 0)) for row in rows.values())

    def billed(self, peer: str, budget: float) -> float | None:
        """Cost ÷ cost without compression, mean over the sources that outgrow the ceiling."""
        rows, full = self.rows(peer, "replay", budget), self.rows("full", "replay", budget)
        grown = [source for source, row in full.items() if row.get("over_ceiling")]
        if not grown or any(source not in rows for source in grown):
            return None
        return fmean(rows[source]["cost"] / rows[source]["cost_uncompressed"] for source in grown)

    def recall(self, peer: str, budget: float) -> float | None:
        """Evidence recall, mean over the sources; None where one of them was not measured."""
        rows = self.rows(peer, "evidence", budget)
        if not rows or rows.keys() != self.rows(OURS, "evidence", budget).keys():
            return None
        return fmean(row["recall"] for row in rows.values())

    def latency(self, peer: str) -> dict[str, Any] | None:
        """The row with times."""
        return next(
            (row for row in self.results.rows if (row["peer"], row["kind"]) == (peer, "latency")), None
        )

    def losses(self, budget: float) -> list[Lost]:
        """Where a peer keeps more than this library."""
        ours = self.rows(OURS, "replay", budget)
        return [
            Lost(
                peer=peer,
                source=source,
                budget=budget,
                kept=(row["tool_only"], ours[source]["tool_only"]),
                over=row["over_ceiling"],
                atoms=row["n_tool_only"],
            )
            for peer in self.peers
            if peer not in (OURS, "full")
            for source, row in sorted(self.rows(peer, "replay", budget).items())
            if source in self.atoms(budget) and row["tool_only"] > ours[source]["tool_only"]
        ]

    def front(self, points: Sequence[str], x: Callable[[str], float], y: Callable[[str], float]) -> list[str]:
        """Those that no other one beats: as much for less, or more for as much; by x."""
        return sorted(
            (
                one
                for one in points
                if not any(
                    x(other) <= x(one) and y(other) >= y(one) and (x(other), y(other)) != (x(one), y(one))
                    for other in points
                )
            ),
            key=x,
        )
