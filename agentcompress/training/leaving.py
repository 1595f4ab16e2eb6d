"""Leave-one-source-out: what weights of the other sources keep of a source, against the hand-set criteria."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from agentcompress.criteria.learned import LearnedWeights
from agentcompress.encoders import EncoderSetting, encoder_for
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policies import SnapshotPolicy
from agentcompress.evaluation.policy import Policy
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.replay import Replay
from agentcompress.evaluation.summary import Summary
from agentcompress.tokens import price_model

from .examples import Examples

BUDGETS = (0.25, 0.10)
FIGURES = ("tool_only", "in_place", "at_risk")


def left_out(
    runs: Callable[[], Iterator[Trajectory]],
    sources: Mapping[str, Examples],
    fitted: Callable[[Mapping[str, Examples]], LearnedWeights],
    measure: Measure,
    *,
    encoder: EncoderSetting,
    max_steps: int,
) -> dict[str, Any]:
    """The figures of each source under weights that never saw it, JSON-ready.

    Args:
        runs: All runs, read anew.
        sources: What each source teaches; at least two.
        fitted: Examples of some sources → weights.
        measure: Counts tokens.
        encoder: Gives the vectors that relevance is judged by.
        max_steps: Snapshots of one run at most.

    Returns:
        ``{"0.25": {"hand-set": {source: {figure: share}}, "learned": …}, "0.1": …}``; beside the
        sources stands "macro".

    Raises:
        ValueError: There are fewer than two sources.
    """
    if len(sources) < 2:
        raise ValueError(f"leaving a source out takes two sources at least, got {', '.join(sources)}")
    rest = {name: {other: sources[other] for other in sources if other != name} for name in sources}
    weights: dict[str, LearnedWeights | None] = {name: fitted(others) for name, others in rest.items()}
    own = encoder_for(encoder)
    figures = {}
    for budget in BUDGETS:
        rows = {}
        for label, known in (("hand-set", dict.fromkeys(weights)), ("learned", weights)):
            summary = Summary(stateful=False, prices=price_model("none"))
            for run in runs():
                if run.source in sources:
                    policy: Callable[[], Policy] = partial(
                        SnapshotPolicy, own, "none", weights=known[run.source]
                    )
                    replay = Replay(
                        budget=budget, policy=policy, stateful=False, measure=measure, max_steps=max_steps
                    )
                    for step in replay.play([run]):
                        summary.add(step)
            found = summary.to_dict()
            shown = {**found["sources"], "macro": found["macro"]}
            rows[label] = {name: {one: row[one] for one in FIGURES} for name, row in shown.items()}
        figures[str(budget)] = rows
    return figures
