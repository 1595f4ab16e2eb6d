"""Pareto plots of the committed run as SVG: what is kept against what is billed, and against time.

usage: python -m benchmarks.peers.plot [--results FILE] [--folder docs]

Needs matplotlib, which only the environment of the peers has.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from benchmarks.block import ROOT

from .figures import OURS, Figures
from .results import RESULTS, Results

DOCS = ROOT / "docs"
_CEILING = 8000.0
_SHARE = 0.25


def cost_points(figures: Figures) -> dict[str, tuple[float, float]]:
    """Peer → billed share and tool-only share at the ceiling."""
    found = {}
    for peer in figures.peers:
        billed, kept = figures.billed(peer, _CEILING), figures.mean(peer, _CEILING, "tool_only")
        if billed is not None and kept is not None:
            found[peer] = (billed, kept)
    return found


def time_points(figures: Figures) -> dict[str, tuple[float, float]]:
    """Peer → seconds of processor time on fresh content, and tool-only share at a quarter."""
    found = {}
    for peer in figures.peers:
        times, kept = figures.latency(peer), figures.mean(peer, _SHARE, "tool_only")
        if times and kept is not None:
            found[peer] = (max(1e-3, times["cpu_ms_cold"] / 1000), kept)
    return found


def draw(
    figures: Figures,
    points: Mapping[str, tuple[float, float]],
    over: Mapping[str, int],
    path: Path,
    *,
    label: str,
    logarithmic: bool = False,
) -> None:
    """Writes one plot; peers that were over a ceiling are hollow and take no part in the front."""
    from matplotlib import rc
    from matplotlib.figure import Figure

    rc("svg", fonttype="none", hashsalt="agentcompress")
    canvas = Figure(figsize=(7.5, 4.5), layout="constrained")
    axes = canvas.subplots()
    within = [peer for peer in points if not over.get(peer)]
    front = figures.front(within, lambda peer: points[peer][0], lambda peer: points[peer][1])
    axes.step(*zip(*(points[peer] for peer in front), strict=True), where="post", color="#888", lw=1)
    for place, peer in enumerate(sorted(points, key=lambda one: points[one][::-1])):
        x, y = points[peer]
        colour = "#c0392b" if peer == OURS else "#2c3e50"
        axes.scatter([x], [y], s=36, color=colour, facecolors="none" if over.get(peer) else colour)
        axes.annotate(
            peer,
            (x, y),
            xytext=(5, (4, -11)[place % 2]),
            textcoords="offset points",
            fontsize=8,
            color=colour,
        )
    if logarithmic:
        axes.set_xscale("log")
    axes.set_xlabel(label)
    axes.set_ylabel("tool-only need kept")
    axes.set_title("hollow: over the ceiling at least once", fontsize=8, loc="right")
    axes.grid(alpha=0.2)
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--folder", type=Path, default=DOCS)
    options = parser.parse_args()
    figures = Figures(Results.read(options.results))

    def over(budget: float) -> dict[str, int]:
        return {peer: figures.total(peer, budget, "over_ceiling") or 0 for peer in figures.peers}

    draw(
        figures,
        cost_points(figures),
        over(_CEILING),
        options.folder / "peers-cost.svg",
        label=f"billed at a ceiling of {_CEILING:,.0f} tokens, share of no compression, with prompt cache",
    )
    draw(
        figures,
        time_points(figures),
        over(_SHARE),
        options.folder / "peers-time.svg",
        label="seconds of processor time for 126,000 fresh tokens",
        logarithmic=True,
    )


if __name__ == "__main__":
    main()
