"""The tables of peers in README and guide, made of the committed run.

usage: python -m benchmarks.peers.table [--check | --write] [--results FILE]
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.block import ROOT, Block, publish
from benchmarks.markdown import NONE, row, rule, share

from .figures import OURS, Figures, Lost
from .registry import ENTRIES, WEIGHTED
from .results import RESULTS, Results

_COMMAND = "python -m benchmarks.peers.table --write"
README = Block(page=ROOT / "README.md", name="peers", command=_COMMAND)
GUIDE = Block(page=ROOT / "docs" / "peers.md", name="peers", command=_COMMAND)
_SHORT = (0.25, 0.1)
_SHARES = (0.5, *_SHORT)
_CEILINGS = (8000.0, 16000.0)
_VARIANTS = {"agentcompress-documents", "headroom-agent", "clear-tool-uses-fitting", "random", "full"}
"""Second ways of the same tool and yardsticks: in the guide alone."""


def short(results: Results) -> str:
    """A row for each tool, and where this library loses: for the README."""
    figures = Figures(results)
    peers = [peer for peer in figures.peers if peer not in _VARIANTS]
    losses = _losses(figures, [peer for peer in peers if peer != OURS], _SHORT, _CEILINGS[:1])
    return "\n\n".join(["\n".join(_short(figures, peers)), "Where others do better:", losses])


def whole(results: Results) -> str:
    """Everything that was measured: for the guide."""
    figures = Figures(results)
    tables = [_kept(figures), *(_bills(figures, ceiling) for ceiling in _CEILINGS), _times(figures)]
    tables += [_by_source(figures, budget) for budget in _SHARES if figures.atoms(budget)]
    blocks = [_introduction(results), *map("\n".join, tables)]
    blocks.append(_losses(figures, [peer for peer in figures.peers if peer != OURS], _SHARES, _CEILINGS))
    blocks.append(f"Not run, for want of weights: {', '.join(WEIGHTED)}.")
    return "\n\n".join(blocks)


def _short(figures: Figures, peers: Sequence[str]) -> Iterator[str]:
    heads = ["", "tool-only at 25%", "at 10%", "requests over", f"billed at {_CEILINGS[0]:,.0f}"]
    heads += ["documents at 25%", "at 10%", "ms of CPU for 126k fresh tokens", "for the same again"]
    yield row(heads)
    yield rule(len(heads))
    for peer in peers:
        times = figures.latency(peer)
        yield row(
            [
                _name(peer),
                *(share(figures.mean(peer, one, "tool_only")) for one in _SHORT),
                _of(figures, peer, _SHORT, "over_ceiling", "steps"),
                share(figures.billed(peer, _CEILINGS[0])),
                *(_recall(figures, peer, one) for one in _SHORT),
                *(f"{times[name]:,.0f}" if times else "" for name in ("cpu_ms_cold", "cpu_ms_warm")),
            ]
        )


def _introduction(results: Results) -> str:
    settings, machine = results.settings, results.machine
    versions = ", ".join(f"{name} {version}" for name, version in sorted(results.versions.items()))
    return (
        f"Measured {results.date} on {machine['cores']} cores of a shared {machine['processor']}, Python "
        f"{machine['python']}, seed {settings.seed}: {settings.sample} recorded runs of each source with "
        f"{settings.max_steps} steps each for shares, {settings.runs} of each, every step in order, for "
        f"ceilings, {settings.questions} questions of each set. Means are over sources with at least 40 "
        f"tool-only atoms, bills over sources that outgrow the ceiling; † was over it. {versions}."
    )


def _kept(figures: Figures) -> Iterator[str]:
    heads = [f"tool-only at {one:.0%}, {len(figures.sources(one))} sources (tokens kept)" for one in _SHARES]
    asked = f"evidence at {' / '.join(f'{one * 100:g}' for one in _SHARES)}%"
    yield row(["", *heads, "over the ceiling", "broken pairs", "JSON still valid", asked])
    yield rule(len(heads) + 5)
    for peer in figures.peers:
        kept = [
            _both(share(figures.mean(peer, one, "tool_only")), share(figures.mean(peer, one, "kept_ratio")))
            for one in _SHARES
        ]
        recalls = [_recall(figures, peer, one) for one in _SHARES]
        yield row(
            [
                _name(peer),
                *kept,
                _of(figures, peer, _SHARES, "over_ceiling", "steps"),
                _of(figures, peer, _SHARES, "broken_pairs"),
                _of(figures, peer, _SHARES, "json_valid", "json_parts"),
                " / ".join(recalls),
            ]
        )


def _bills(figures: Figures, ceiling: float) -> Iterator[str]:
    yield row(["", f"billed at {ceiling:,.0f}", "tool-only there", "over", "prefix breaks"])
    yield rule(5)
    for peer in figures.peers:
        if figures.rows(peer, "replay", ceiling):
            yield row(
                [
                    _name(peer),
                    share(figures.billed(peer, ceiling)),
                    share(figures.mean(peer, ceiling, "tool_only")),
                    _count(figures.total(peer, ceiling, "over_ceiling")),
                    _count(figures.total(peer, ceiling, "prefix_breaks")),
                ]
            )


def _times(figures: Figures) -> Iterator[str]:
    yield row(["126,000 tokens", "cold, ms of CPU", "warm", "tokens out", "peak MiB"])
    yield rule(5)
    for peer in figures.peers:
        if times := figures.latency(peer):
            spent = [
                f"{times[name]:,.0f}" for name in ("cpu_ms_cold", "cpu_ms_warm", "tokens_out", "peak_mib")
            ]
            yield row([_name(peer), *spent])


def _by_source(figures: Figures, budget: float) -> Iterator[str]:
    sources = figures.atoms(budget)
    heads = [f"{source} ({atoms})" for source, atoms in sources.items()]
    yield row([f"tool-only at {budget:.0%} (of so many atoms)", *heads])
    yield rule(len(sources) + 1)
    for peer in figures.peers:
        rows = figures.rows(peer, "replay", budget)
        if peer != "full" and rows:
            yield row([_name(peer), *(_kept_of(rows.get(source)) for source in sources)])


def _kept_of(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    return share(found["tool_only"]) + ("†" if found["over_ceiling"] else "")


def _losses(
    figures: Figures, peers: Sequence[str], shares: Sequence[float], ceilings: Sequence[float]
) -> str:
    """Where these keep more, cost less or take less time than this library."""
    lost = [one for budget in shares for one in figures.losses(budget) if one.peer in peers]
    over = Counter(one.peer for one in lost if one.over)
    finders = [_finders(figures, peers, one) for one in shares if figures.recall(OURS, one) is not None]
    points = {
        "Keeps more tool-only atoms and is within the budget": [_lost(one) for one in lost if not one.over],
        "Keeps more, but over the budget (so many times, by source and budget)": [
            f"{peer} {n}" for peer, n in over.items()
        ],
        **{f"Costs less at {one:,.0f} and is never over": _cheaper(figures, peers, one) for one in ceilings},
        "Keeps more documents of one tool output whole": finders,
        "Takes less time for 126,000 fresh tokens": _faster(figures, peers),
    }
    return "\n".join(f"- {point}: {'; '.join(found) or 'none'}." for point, found in points.items())


def _recall(figures: Figures, peer: str, budget: float) -> str:
    over = any(one["over_ceiling"] for one in figures.rows(peer, "evidence", budget).values())
    recall = figures.recall(peer, budget)
    return f"{share(recall)}†" if over and recall is not None else share(recall)


def _finders(figures: Figures, peers: Sequence[str], budget: float) -> str:
    """Peers that keep more documents whole than the compression of a conversation does."""
    ours = figures.recall(OURS, budget) or 0.0
    found = [peer for peer in peers if (figures.recall(peer, budget) or 0.0) > ours]
    more = [f"{peer} {_recall(figures, peer, budget)}" for peer in found]
    return f"at {budget:.0%} (ours {share(ours)}) {', '.join(more) or 'none'}"


def _cheaper(figures: Figures, peers: Sequence[str], ceiling: float) -> list[str]:
    bills = {peer: figures.billed(peer, ceiling) for peer in (OURS, *peers)}
    ours = bills.pop(OURS) or 0.0
    return [
        f"{peer} {share(bill)} (keeps {share(figures.mean(peer, ceiling, 'tool_only'))})"
        for peer, bill in bills.items()
        if bill and bill < ours and not figures.total(peer, ceiling, "over_ceiling")
    ]


def _faster(figures: Figures, peers: Sequence[str]) -> list[str]:
    times = {peer: row["cpu_ms_cold"] for peer in (OURS, *peers) if (row := figures.latency(peer))}
    ours = times.get(OURS, 0.0)
    return [f"{peer} {ms:,.0f} ms" for peer, ms in times.items() if ms < ours]


def _lost(one: Lost) -> str:
    shares = f"{share(one.kept[0])} of {one.atoms}, ours {share(one.kept[1])}"
    return f"{one.peer} on {one.source} at {one.budget:.0%} ({shares})"


def _name(peer: str) -> str:
    note = ENTRIES[peer].note
    name = f"**{peer}**" if peer == OURS else peer
    return f"{name} ({note})" if note else name


def _of(figures: Figures, peer: str, budgets: Sequence[float], figure: str, of: str | None = None) -> str:
    found = [figures.total(peer, one, figure) for one in budgets]
    known = [one for one in found if one is not None]
    if not known:
        return ""
    totals = [figures.total(peer, one, of) for one in budgets] if of else []
    sum_of = sum(one for one in totals if one is not None)
    return f"{sum(known):,}" + (f" of {sum_of:,}" if of else "")


def _both(one: str, other: str) -> str:
    return f"{one} ({other})" if one != NONE else one


def _count(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def blocks(path: Path) -> dict[Block, str]:
    """What stands in README and guide by a results file."""
    results = Results.read(path)
    return {README: short(results), GUIDE: whole(results)}


if __name__ == "__main__":
    publish(__doc__, RESULTS, blocks)
