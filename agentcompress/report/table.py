"""Results → tables that fit a terminal of 80 columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from agentcompress.doctor import Check
from agentcompress.values import CompressionResult

_KEPT = {
    "steps": "steps",
    "at_risk": "at risk",
    "tool_only": "tool-only",
    "far": "far",
    "in_place": "in place",
    "kept_ratio": "tokens kept",
}
_CHECKS = {
    "over_ceiling": "over",
    "broken_pairs": "broken",
    "base_lost": "base lost",
    "skipped": "skipped",
    "ms_median": "ms median",
    "ms_p95": "ms p95",
}
_CACHE = {
    "prefix_breaks": "prefix breaks",
    "evictions": "evictions",
    "cost": "cost",
    "cost_uncompressed": "uncompressed",
}
_RECALL = {
    "n_dropped": "dropped",
    "recalled": "brought back",
    "questions": "questions",
    "recall_tokens": "tokens",
    "recall_ms": "ms median",
}
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}
_LABELS = 20
_SHARES = {
    *("at_risk", "tool_only", "far", "in_place", "kept_ratio", "recall", "recalled", "kept"),
    *("label_present", "majority", "weighted_vote"),
}


def replay_tables(figures: Mapping[str, Any]) -> list[Table]:
    """A replay's figures: what the next call still finds, what was checked, what the cache saves.

    Args:
        figures: What `agentcompress replay --json` prints.
    """
    title = f"{figures['policy']}, budget {figures['budget']}, {figures['mode']}"
    tables = [
        _replay_table(f"{title}: % of the next call's atoms kept", figures, _KEPT),
        _replay_table("checks and time per call", figures, _CHECKS),
    ]
    if figures["mode"] == "stateful":
        tables.append(_replay_table(f"prompt cache ({figures['prices']} prices)", figures, _CACHE))
    if "recalled" in figures["macro"]:
        tables.append(_replay_table("one recall question a step: % of dropped atoms", figures, _RECALL))
    return tables


def evaluation_tables(figures: Mapping[str, Any]) -> list[Table]:
    """What each policy keeps of each kind of record.

    Args:
        figures: What `agentcompress eval --json` prints.
    """
    budget = figures["budget"]
    tables = [_recall_table(figures["qa"], budget)] if "qa" in figures else []
    tables += _vote_tables(figures["icl"]) if "icl" in figures else []
    return tables + ([_visibility_table(figures["gui"], budget)] if "gui" in figures else [])


def _recall_table(figures: Mapping[str, Any], budget: object) -> Table:
    """How much of the evidence each policy keeps.

    Args:
        figures: What `agentcompress eval --json` prints under ``qa``.
        budget: As it was asked for.
    """
    title = f"budget {budget}: % of the evidence documents kept"
    return _by_policy(title, figures, counted="questions", share="recall")


def _vote_tables(figures: Mapping[str, Any]) -> list[Table]:
    """Whether the right label is among the examples that each policy shows, a table a set.

    Args:
        figures: What `agentcompress eval --json` prints under ``icl``.
    """
    columns = {
        "label_present": "right label shown",
        "majority": "majority right",
        "weighted_vote": "weighted vote right",
        "examples": "examples",
        "ms_median": "ms",
    }
    tables = []
    for source, row in figures["sets"].items():
        of = f"{row['budget']:,} tokens of {row['examples']:,} examples, {row['queries']:,} queries"
        table = Table(title=f"{escape(source)}: {of}", title_justify="left")
        table.add_column("policy", no_wrap=True)
        for heading in columns.values():
            table.add_column(heading, justify="right")
        for policy, figure in row["policies"].items():
            table.add_row(policy, *(_cell(name, figure[name]) for name in columns))
        tables.append(table)
    return tables


def _visibility_table(figures: Mapping[str, Any], budget: object) -> Table:
    """How many targets can still be seen.

    Args:
        figures: What `agentcompress eval --json` prints under ``gui``.
        budget: As it was asked for.
    """
    title = f"budget {budget}, images as {figures['image_model']} prices them: % of targets seen"
    unread = "" if figures["reader"] else "\ntext in images is unread: pip install 'agentcompress\\[ocr]'"
    return _by_policy(title + unread, figures, counted="targets", share="kept")


def _by_policy(title: str, figures: Mapping[str, Any], *, counted: str, share: str) -> Table:
    """A share for each set and policy, sets in rows.

    Args:
        title: Of the table.
        figures: ``{"sets": {set: {counted, "policies": {policy: {share}}}}, "macro": …}``.
        counted: What a set has so many of.
        share: Name of the figure.
    """
    policies = list(figures["macro"]["policies"])
    table = Table(title=title, title_justify="left")
    table.add_column("set")
    for heading in (counted, *policies):
        table.add_column(heading, justify="right")
    for source, row in figures["sets"].items():
        cells = (_cell(share, row["policies"].get(name, {}).get(share)) for name in policies)
        table.add_row(escape(source), f"{row[counted]:,}", *cells)
    table.add_section()
    macro = figures["macro"]
    cells = (_cell(share, macro["policies"][name][share]) for name in policies)
    table.add_row(f"macro ({macro['sets']})", "", *cells)
    return table


def compression_table(result: CompressionResult) -> Table:
    """What a compression saved."""
    table = Table(title="compression", title_justify="left")
    table.add_column("tokens")
    table.add_column("", justify="right")
    table.add_row("before", f"{result.tokens_before:,}")
    table.add_row("after", f"{result.tokens_after:,}")
    table.add_row("ceiling", f"{result.ceiling:,}")
    table.add_row("saved", f"{result.compression_ratio:.1%}")
    if result.certificate is not None:
        table.add_row("of the best choice, at least", f"{result.certificate:.0%}")
    table.add_section()
    for name, tokens in result.breakdown.items():
        table.add_row(f"after: {name}", f"{tokens:,}")
    return table


def store_tables(figures: Mapping[str, Any]) -> list[Table]:
    """What a store's file holds: as a whole, and by the first label of its namespaces.

    Args:
        figures: What `agentcompress memory stats --json` prints.
    """
    total = figures["total"]
    whole = Table(title="the file", title_justify="left")
    whole.add_column("what")
    whole.add_column("value", justify="right")
    for what, count in {
        "items": total["items"],
        "expired items": total["expired"],
        "namespaces": total["namespaces"],
        "vectors": total["vectors"],
        "orphaned vectors": figures["orphans"],
        "bytes of names and values": total["row_bytes"],
        "bytes of vectors": total["vector_bytes"],
        "bytes of the file": figures["file_bytes"],
        "of these free": figures["free_bytes"],
        "bytes of the saved index": figures["index_bytes"],
    }.items():
        whole.add_row(what, f"{count:,}")
    if figures["index_bytes"]:
        whole.add_row("saved index", "fits the rows" if figures["index_fits"] else "does not fit the rows")
    whole.add_row("vectors made by", escape(figures["encoder"]) or "not known")
    whole.add_row("format", str(figures["format"]))
    parts = Table(title="by first label", title_justify="left")
    parts.add_column("label", overflow="fold")
    for heading in ("namespaces", "items", "expired", "bytes", "vectors"):
        parts.add_column(heading, justify="right")
    for part in figures["top"][:_LABELS]:
        counts = (
            part["namespaces"],
            part["items"],
            part["expired"],
            part["row_bytes"] + part["vector_bytes"],
        )
        parts.add_row(escape(part["label"]), *(f"{count:,}" for count in (*counts, part["vectors"])))
    if more := len(figures["top"]) - _LABELS:
        parts.caption = f"and {more:,} more: --json has all" if more > 0 else None
    return [whole, parts]


def checks_table(checks: Sequence[Check]) -> Table:
    """What the doctor found."""
    table = Table(title="doctor", title_justify="left")
    for heading in ("", "what", "found", "remedy"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        colour = _COLOURS[check.status]
        table.add_row(f"[{colour}]{check.status}[/]", *map(escape, (check.name, check.detail, check.remedy)))
    return table


def _replay_table(title: str, figures: Mapping[str, Any], columns: Mapping[str, str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("source")
    for heading in columns.values():
        table.add_column(heading, justify="right")
    for source, row in figures["sources"].items():
        table.add_row(escape(source), *(_cell(name, row[name]) for name in columns))
    table.add_section()
    macro = figures["macro"]
    table.add_row(f"macro ({macro['sources']})", *(_cell(name, macro[name]) for name in columns))
    return table


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "n/a"
    if name in _SHARES:
        return f"{value:.1%}"
    return f"{value:,.1f}" if "ms" in name.split("_") else f"{value:,.0f}"
