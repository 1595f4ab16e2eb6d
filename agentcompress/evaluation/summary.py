"""Steps → figures: atoms pooled by source, sources averaged."""

from collections import Counter
from dataclasses import dataclass, field
from math import ceil
from statistics import fmean, median
from typing import Any

from agentcompress.tokens import PriceModel, billed

from .recalling import RecallFigures
from .replay import Step

_MIN_ATOMS = 40
"""Tool-only atoms that a source needs to count in the macro mean."""
_SUMS = ("steps", "broken_pairs", "over_ceiling", "base_lost", "skipped")
_STATEFUL_SUMS = ("prefix_breaks", "evictions", "cost", "cost_uncompressed")
_MEANS = ("at_risk", "tool_only", "in_place", "kept_ratio")


@dataclass(slots=True)
class SourceTally:
    """Everything counted of one source."""

    prices: PriceModel
    """What cached and uncached tokens cost."""
    counts: Counter[str] = field(default_factory=Counter)
    """Whole numbers, by name."""
    ratios: list[float] = field(default_factory=list)
    """Kept ratio of each step."""
    times: list[float] = field(default_factory=list)
    """Milliseconds of each call."""
    cost: float = 0.0
    """Input tokens at the plain price."""
    cost_uncompressed: float = 0.0
    """The same without any compression."""
    recalls: list[RecallFigures] = field(default_factory=list)
    """What was asked back."""

    def add(self, step: Step) -> None:
        """Counts one step."""
        seen = step.visibility
        self.counts.update(
            steps=1,
            n_at_risk=seen.at_risk,
            at_risk=seen.at_risk_kept,
            n_tool_only=seen.tool_only,
            tool_only=seen.tool_only_kept,
            n_far=seen.far,
            far=seen.far_kept,
            in_place=seen.in_place,
            long_steps=step.long,
            n_long=seen.tool_only * step.long,
            long_tool_only=seen.tool_only_kept * step.long,
            broken_pairs=seen.broken_pairs,
            over_ceiling=step.tokens > step.ceiling,
            base_lost=seen.base_lost,
            skipped=step.skipped,
            prefix_breaks=step.prefix_break,
            evictions=step.evicted,
        )
        if step.recalled is not None:
            self.recalls.append(step.recalled)
        self.ratios.append(step.kept_ratio)
        self.times.append(step.ms)
        self.cost += billed([(step.tokens, step.prefix_kept)], self.prices)
        self.cost_uncompressed += billed([(step.full_tokens, step.full_prefix_kept)], self.prices)

    def row(self) -> dict[str, Any]:
        """The figures of the source; shares are of what there was to keep, 0 where there was nothing."""
        counts = self.counts
        return {
            "steps": counts["steps"],
            "at_risk": _share(counts["at_risk"], counts["n_at_risk"]),
            "tool_only": _share(counts["tool_only"], counts["n_tool_only"]),
            "far": _share(counts["far"], counts["n_far"]),
            "in_place": _share(counts["in_place"], counts["n_tool_only"]),
            "n_at_risk": counts["n_at_risk"],
            "n_tool_only": counts["n_tool_only"],
            "n_far": counts["n_far"],
            "long_steps": counts["long_steps"],
            "long_tool_only": _share(counts["long_tool_only"], counts["n_long"]),
            "n_long": counts["n_long"],
            "kept_ratio": round(fmean(self.ratios), 4),
            "broken_pairs": counts["broken_pairs"],
            "over_ceiling": counts["over_ceiling"],
            "base_lost": counts["base_lost"],
            "skipped": counts["skipped"],
            "prefix_breaks": counts["prefix_breaks"],
            "evictions": counts["evictions"],
            "cost": round(self.cost, 1),
            "cost_uncompressed": round(self.cost_uncompressed, 1),
            **time_figures(self.times),
            **_recall_figures(self.recalls),
        }


class Summary:
    """The figures of a replay, kept up step by step.

    Args:
        stateful: Whether requests follow each other, so that prefixes, evictions and cost mean something.
        prices: What cached and uncached tokens cost.
    """

    def __init__(self, *, stateful: bool, prices: PriceModel) -> None:
        self._stateful = stateful
        self._prices = prices
        self._tallies: dict[str, SourceTally] = {}

    def add(self, step: Step) -> None:
        """Counts one step."""
        self._tallies.setdefault(step.source, SourceTally(self._prices)).add(step)

    def to_dict(self) -> dict[str, Any]:
        """The figures so far, JSON-ready.

        Returns:
            ``{"sources": {name: row}, "macro": row}``. A source's row holds, under these
            names: `steps`; the shares kept of the atoms `at_risk`, `tool_only`, `far` and
            `in_place` (of the tool-only ones) with their numbers `n_at_risk`,
            `n_tool_only`, `n_far`; `long_steps`, `long_tool_only`, `n_long` (the same for
            contexts of at least 8,000 tokens); `kept_ratio` (mean over steps, outside the
            base); the counts `broken_pairs`, `over_ceiling`, `base_lost`, `skipped`,
            `prefix_breaks`, `evictions`; `cost` and `cost_uncompressed` in input tokens
            at the plain price; `ms_median` and `ms_p95` per call. Where questions were asked:
            `n_dropped` (tool-only atoms that the context lacks), `recalled` (the share of them
            that the answer to one question shows; null where none lacks), `questions` (steps that lack any),
            `recall_tokens` and `recall_ms` (mean and median of their answers). The macro row holds
            means over its `sources`, those with at least 40 tool-only atoms (`far`: that
            have any far atom; `recalled`: that lack any; `long_tool_only`: its `long_sources`, with 40
            such atoms),
            sums of the counts and costs, and times over all calls. Prefix breaks and
            costs are null in snapshots, where no request follows another.
        """
        rows = {name: tally.row() for name, tally in sorted(self._tallies.items())}
        macro = self._macro(rows)
        if not self._stateful:
            for row in (*rows.values(), macro):
                row.update(dict.fromkeys(("prefix_breaks", "cost", "cost_uncompressed")))
        return {"sources": rows, "macro": macro}

    def _macro(self, rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
        big = [row for row in rows.values() if row["n_tool_only"] >= _MIN_ATOMS]
        far = [row for row in big if row["n_far"]]
        long = [row for row in rows.values() if row["n_long"] >= _MIN_ATOMS]
        times = [ms for tally in self._tallies.values() for ms in tally.times]
        recalls = [one for tally in self._tallies.values() for one in tally.recalls]
        asked = {"recalled": _mean([row for row in big if row["n_dropped"]], "recalled")} if recalls else {}
        return {
            "sources": len(big),
            "long_sources": len(long),
            **{name: _mean(big, name) for name in _MEANS},
            "far": _mean(far, "far"),
            "long_tool_only": _mean(long, "long_tool_only"),
            **{name: sum(row[name] for row in rows.values()) for name in (*_SUMS, *_STATEFUL_SUMS)},
            **time_figures(times),
            **_recall_figures(recalls),
            **asked,
        }


def _recall_figures(recalls: list[RecallFigures]) -> dict[str, Any]:
    """What was asked back, atoms pooled; nothing where nobody asked."""
    if not recalls:
        return {}
    asked = [one for one in recalls if one.dropped]
    dropped = sum(one.dropped for one in asked)
    return {
        "n_dropped": dropped,
        "recalled": _share(sum(one.back for one in asked), dropped) if dropped else None,
        "questions": len(asked),
        "recall_tokens": round(fmean(one.tokens for one in asked), 1) if asked else None,
        "recall_ms": round(median(one.ms for one in asked), 3) if asked else None,
    }


def _share(kept: int, total: int) -> float:
    return round(kept / max(1, total), 4)


def _mean(rows: list[dict[str, Any]], name: str) -> float | None:
    return round(fmean(row[name] for row in rows), 4) if rows else None


def time_figures(times: list[float]) -> dict[str, float | None]:
    """Median and 95th percentile of times in milliseconds; None where there are none."""
    if not times:
        return {"ms_median": None, "ms_p95": None}
    nearest_rank = sorted(times)[ceil(0.95 * len(times)) - 1]
    return {"ms_median": round(median(times), 3), "ms_p95": round(nearest_rank, 3)}
