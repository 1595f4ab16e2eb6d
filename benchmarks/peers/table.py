"""The tables of peers in the README, made of the committed run.

usage: python -m benchmarks.peers.table [--check | --write] [--results FILE]
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from .figures import OURS, Figures, Lost
from .registry import ENTRIES, WEIGHTED
from .results import RESULTS, Results

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- peers: python -m benchmarks.peers.table --write -->", "<!-- /peers -->"
_SHARES = (0.25, 0.1)
_CEILING = 8000.0
_NONE = "n/a"


def tables(results: Results) -> str:
    """The Markdown between the marks of the README."""
    figures = Figures(results)
    blocks = [_introduction(results), "\n".join(_kept(figures)), "\n".join(_cost(figures))]
    blocks += ["\n".join(_by_source(figures, budget)) for budget in _SHARES if figures.atoms(budget)]
    blocks.append(_losses(figures))
    return "\n\n".join(blocks)


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
    heads = [
        f"tool-only at {share:.0%}, {len(figures.sources(share))} sources (tokens kept)" for share in _SHARES
    ]
    yield _row(["", *heads, "over the ceiling", "broken pairs", "JSON still valid", "evidence at 25 / 10%"])
    yield "|---" + "|---:" * (len(heads) + 4) + "|"
    for peer in figures.peers:
        kept = [
            _both(_share(figures.mean(peer, one, "tool_only")), _share(figures.mean(peer, one, "kept_ratio")))
            for one in _SHARES
        ]
        recalls = [_recall(figures, peer, share) for share in _SHARES]
        yield _row(
            [
                _name(peer),
                *kept,
                _of(figures, peer, "over_ceiling", "steps"),
                _of(figures, peer, "broken_pairs"),
                _of(figures, peer, "json_valid", "json_parts"),
                " / ".join(recalls),
            ]
        )


def _cost(figures: Figures) -> Iterator[str]:
    yield _row(
        [
            "",
            f"billed at {_CEILING:,.0f}",
            "tool-only there",
            "over",
            "prefix breaks",
            "cold, ms of CPU",
            "warm",
            "tokens out",
            "peak MiB",
        ]
    )
    yield "|---" + "|---:" * 8 + "|"
    for peer in figures.peers:
        times = figures.latency(peer)
        names = ("cpu_ms_cold", "cpu_ms_warm")
        spent = [f"{times[name]:,.0f}" if times else "" for name in names]
        yield _row(
            [
                _name(peer),
                _share(figures.billed(peer, _CEILING)),
                _share(figures.mean(peer, _CEILING, "tool_only")),
                _count(figures.total(peer, _CEILING, "over_ceiling")),
                _count(figures.total(peer, _CEILING, "prefix_breaks")),
                *spent,
                f"{times['tokens_out']:,}" if times else "",
                str(times["peak_mib"]) if times else "",
            ]
        )


def _by_source(figures: Figures, budget: float) -> Iterator[str]:
    sources = figures.atoms(budget)
    heads = [f"{source} ({atoms})" for source, atoms in sources.items()]
    yield _row([f"tool-only at {budget:.0%} (of so many atoms)", *heads])
    yield "|---" + "|---:" * len(sources) + "|"
    for peer in figures.peers:
        rows = figures.rows(peer, "replay", budget)
        if peer != "full" and rows:
            cells = []
            for source in sources:
                row = rows.get(source)
                mark = "†" if row and row["over_ceiling"] else ""
                cells.append(f"{_share(row['tool_only'])}{mark}" if row else "")
            yield _row([_name(peer), *cells])


def _losses(figures: Figures) -> str:
    lost = [one for budget in _SHARES for one in figures.losses(budget)]
    fair = [one for one in lost if not one.over]
    within = "; ".join(map(_lost, fair)) or "nowhere in what was measured"
    over = Counter(one.peer for one in lost if one.over)
    beyond = ", ".join(f"{peer} ({times})" for peer, times in over.items()) or "none"
    slower = [
        f"{peer} ({_cpu(figures, peer):,.0f} ms)"
        for peer in figures.peers
        if peer != OURS and figures.latency(peer) and _cpu(figures, peer) < _cpu(figures, OURS)
    ]
    cheaper = _cheaper(figures)
    finders = "; ".join(
        _finders(figures, share) for share in _SHARES if figures.recall(OURS, share) is not None
    )
    return (
        f"Where a peer that stays within the budget keeps more: {within}. Over the budget "
        f"keep more, in so many cases: {beyond}. "
        f"Cheaper at {_CEILING:,.0f} and never over: {', '.join(cheaper) or 'none'}. "
        f"More evidence of documents in one tool output: {finders or _NONE}. "
        f"Faster on 126,000 fresh tokens (AgentCompress: {_cpu(figures, OURS):,.0f} ms of a processor): "
        f"{', '.join(slower) or 'none'}. Not run, for want of weights: {', '.join(WEIGHTED)}."
    )


def _recall(figures: Figures, peer: str, share: float) -> str:
    over = any(row["over_ceiling"] for row in figures.rows(peer, "evidence", share).values())
    recall = figures.recall(peer, share)
    return f"{_share(recall)}†" if over and recall is not None else _share(recall)


def _finders(figures: Figures, share: float) -> str:
    """Peers that keep more documents whole than the compression of a conversation does."""
    ours = figures.recall(OURS, share) or 0.0
    recalls = {peer: figures.recall(peer, share) or 0.0 for peer in figures.peers}
    more = [f"{peer} ({_recall(figures, peer, share)})" for peer, recall in recalls.items() if recall > ours]
    return f"at {share:.0%} (ours {_share(ours)}) {', '.join(more) or 'none'}"


def _cheaper(figures: Figures) -> list[str]:
    ours = figures.billed(OURS, _CEILING)
    found = []
    for peer in figures.peers:
        billed = figures.billed(peer, _CEILING)
        if (
            peer != OURS
            and ours
            and billed
            and billed < ours
            and not figures.total(peer, _CEILING, "over_ceiling")
        ):
            found.append(f"{peer} ({_share(billed)})")
    return found


def _cpu(figures: Figures, peer: str) -> float:
    times = figures.latency(peer)
    return float(times["cpu_ms_cold"]) if times else 0.0


def _lost(one: Lost) -> str:
    shares = f"{_share(one.kept[0])} of {one.atoms}, ours {_share(one.kept[1])}"
    return f"{one.peer} on {one.source} at {one.budget:.0%} ({shares})"


def _name(peer: str) -> str:
    note = ENTRIES[peer].note
    name = f"**{peer}**" if peer == OURS else peer
    return f"{name} ({note})" if note else name


def _of(figures: Figures, peer: str, figure: str, of: str | None = None) -> str:
    found = [figures.total(peer, share, figure) for share in _SHARES]
    known = [one for one in found if one is not None]
    if not known:
        return ""
    totals = [figures.total(peer, share, of) for share in _SHARES] if of else []
    whole = sum(one for one in totals if one is not None)
    return f"{sum(known):,}" + (f" of {whole:,}" if of else "")


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _share(value: float | None) -> str:
    if value is None:
        return _NONE
    return f"{value:.2f}".removeprefix("0") if value < 0.995 else f"{value:.2f}"


def _both(one: str, other: str) -> str:
    return f"{one} ({other})" if one != _NONE else one


def _count(value: int | None) -> str:
    return _NONE if value is None else f"{value:,}"


def with_tables(text: str, made: str) -> str:
    """A README with these tables between its marks.

    Raises:
        ValueError: It lacks the marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README lacks {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--check", action="store_true", help="end with 1 where the README says otherwise")
    parser.add_argument("--write", action="store_true", help="put the tables into the README")
    options = parser.parse_args()
    made = tables(Results.read(options.results))
    if not options.check and not options.write:
        print(made)
        return
    text = README.read_text(encoding="utf-8")
    new = with_tables(text, made)
    if options.write:
        README.write_text(new, encoding="utf-8")
    elif new != text:
        sys.exit("the README's tables are not those of the results: python -m benchmarks.peers.table --write")


if __name__ == "__main__":
    main()
