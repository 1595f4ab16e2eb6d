"""The tables of what is kept, in README and guide, made of the committed run.

usage: python -m benchmarks.kept.table [--check | --write] [--results FILE]
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.block import ROOT, Block, publish
from benchmarks.markdown import row, rule, share

from .results import RESULTS, Results

_COMMAND = "python -m benchmarks.kept.table --write"
README = Block(page=ROOT / "README.md", name="kept", command=_COMMAND)
GUIDE = Block(page=ROOT / "docs" / "measuring.md", name="kept", command=_COMMAND)
_POLICIES = {
    "agentcompress": "AgentCompress",
    "last-tokens": "last-tokens",
    "clear-tool-uses": "clear-tool-uses",
    "random": "random lines",
}
_FIGURES = {"tool_only": "tool-only", "in_place": "in place", "at_risk": "at risk, whoever said it"}
_COUNTS = {"over_ceiling": "over the ceiling", "broken_pairs": "broken call/result pairs"}
_SHARES = (0.25, 0.1)


def short(results: Results) -> str:
    """Shares and counts at both budgets."""
    return "\n\n".join(
        [_table(results, ("tool_only", "in_place")), _bill(results, 8_000), _origin(results, "")]
    )


def whole(results: Results) -> str:
    """The same, with what anybody said, and what each source is charged under ceilings."""
    bills = "\n\n".join(_bills(results, ceiling) for ceiling in (8_000, 16_000))
    return "\n\n".join([_table(results, tuple(_FIGURES)), bills, _origin(results, "../")])


def _table(results: Results, figures: Sequence[str]) -> str:
    return "\n".join(_rows(results, figures))


def _rows(results: Results, figures: Sequence[str]) -> Iterator[str]:
    yield row(["share kept of", "budget", *_POLICIES.values()])
    yield rule(2 + len(_POLICIES), words=2)
    for budget in _SHARES:
        macros = {policy: _macro(results, policy, budget) for policy in _POLICIES}
        for figure in figures:
            cells = [f"{share(macro[figure])}{_beyond(macro, budget)}" for macro in macros.values()]
            yield row([_FIGURES[figure], f"{budget:.0%}", f"**{cells[0]}**", *cells[1:]])
    for count, name in _COUNTS.items():
        for budget in _SHARES:
            macros = {policy: _macro(results, policy, budget) for policy in _POLICIES}
            steps = macros["agentcompress"]["steps"]
            cells = [f"{macro[count]:,}" for macro in macros.values()]
            yield row([f"{name}, of {steps:,} requests", f"{budget:.0%}", f"**{cells[0]}**", *cells[1:]])


def _beyond(macro: dict[str, Any], budget: float) -> str:
    """What was shown, where it was much more than the budget."""
    return f" (at {macro['kept_ratio']:.0%} of the tokens)" if macro["kept_ratio"] > 1.2 * budget else ""


def _bill(results: Results, ceiling: int) -> str:
    macro = _run(results, "agentcompress", ceiling, stateful=True)["macro"]
    each = macro["steps"] / max(1, macro["evictions"])
    return (
        f"At a ceiling of {ceiling:,} tokens, replayed in order with Anthropic's cache prices, the same runs "
        f"cost {macro['cost'] / macro['cost_uncompressed']:.2f} of what they cost uncompressed, with one "
        f"rewrite of the cached prefix in {each:.0f} requests; {macro['over_ceiling']} of "
        f"{macro['steps']:,} were over it."
    )


def _bills(results: Results, ceiling: int) -> str:
    ours = _run(results, "agentcompress", ceiling, stateful=True)
    theirs = _run(results, "clear-tool-uses", ceiling, stateful=True)
    afresh = _run(results, "agentcompress", ceiling, stateful=False)
    heads = [f"in order, at most {ceiling:,} tokens", "requests", "evictions", "prefix breaks"]
    heads += ["cost ÷ uncompressed", "of clear-tool-uses", "tool-only", "each step afresh"]
    lines = [row(heads), rule(len(heads))]
    for source in (*ours["sources"], None):
        found, other, fresh = (
            run["sources"][source] if source else run["macro"] for run in (ours, theirs, afresh)
        )
        name = source or "**all** (shares: macro mean)"
        lines.append(
            row(
                [
                    name,
                    f"{found['steps']:,}",
                    f"{found['evictions']:,}",
                    f"{found['prefix_breaks']:,}",
                    f"{found['cost'] / found['cost_uncompressed']:.2f}",
                    f"{other['cost'] / other['cost_uncompressed']:.2f}",
                    share(found["tool_only"]),
                    share(fresh["tool_only"]),
                ]
            )
        )
    return "\n".join(lines)


def _origin(results: Results, up: str) -> str:
    where = results.machine
    return (
        f"Version {results.version}, {results.date}, Python {where['python']}, {where['cores']} cores of a "
        f"shared {where['processor']}, {len(results.files)} sources: `make kept`, all figures in "
        f"[kept.json]({up}benchmarks/results/kept.json)."
    )


def _macro(results: Results, policy: str, budget: float) -> dict[str, Any]:
    found: dict[str, Any] = _run(results, policy, budget, stateful=False)["macro"]
    return found


def _run(results: Results, policy: str, budget: float, *, stateful: bool) -> dict[str, Any]:
    found = results.of(policy, budget, stateful=stateful)
    if found is None:
        raise ValueError(f"the run of {policy} at {budget:g} is missing: python -m benchmarks.kept.run")
    return found


def blocks(path: Path) -> dict[Block, str]:
    """What stands in README and guide by a results file."""
    results = Results.read(path)
    return {README: short(results), GUIDE: whole(results)}


if __name__ == "__main__":
    publish(__doc__, RESULTS, blocks)
