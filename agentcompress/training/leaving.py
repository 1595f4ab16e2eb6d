"""Leave-one-source-out: what weights of the other sources keep of a source, against the hand-set criteria."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from agentcompress.criteria.learned import LearnedWeights
from agentcompress.encoders import EncoderSetting, encoder_for
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policies import SnapshotPolicy
from agentcompress.evaluation.policy import Policy
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.replay import Replay, Step
from agentcompress.evaluation.summary import Summary
from agentcompress.tokens import default_counter, price_model

from .examples import Examples

BUDGETS = (0.25, 0.10)
FIGURES = ("tool_only", "in_place", "at_risk")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeftOut:
    """A replay of each source under weights that never saw it, so that any process can play a part of it."""

    weights: Mapping[str, LearnedWeights | None]
    """Source → what was learned of the others; None for the hand-set criteria."""
    budget: float
    """Share of what is not base that a snapshot may take, in (0, 1)."""
    encoder: EncoderSetting
    """Gives the vectors that relevance is judged by."""
    max_steps: int
    """Snapshots of one run at most."""

    def play(self, run: Trajectory) -> Iterator[Step]:
        """Every step of one run; none where its source taught nothing."""
        if run.source not in self.weights:
            return
        policy: Callable[[], Policy] = partial(
            SnapshotPolicy, encoder_for(self.encoder), "none", weights=self.weights[run.source]
        )
        replay = Replay(
            budget=self.budget,
            policy=policy,
            stateful=False,
            measure=Measure(counter=default_counter()),
            max_steps=self.max_steps,
        )
        yield from replay.play([run])


def left_out(
    sources: Mapping[str, Examples],
    fitted: Callable[[Mapping[str, Examples]], LearnedWeights],
    played: Callable[[LeftOut], Iterable[Step]],
    *,
    encoder: EncoderSetting,
    max_steps: int,
) -> dict[str, Any]:
    """The figures of each source under weights that never saw it, JSON-ready.

    Args:
        sources: What each source teaches; at least two.
        fitted: Examples of some sources → weights.
        played: The steps of all runs.
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
    weights = {name: fitted(others) for name, others in rest.items()}
    figures = {}
    for budget in BUDGETS:
        rows = {}
        for label, known in (("hand-set", dict.fromkeys(weights)), ("learned", weights)):
            summary = Summary(stateful=False, prices=price_model("none"))
            for step in played(LeftOut(weights=known, budget=budget, encoder=encoder, max_steps=max_steps)):
                summary.add(step)
            found = summary.to_dict()
            shown = {**found["sources"], "macro": found["macro"]}
            rows[label] = {name: {one: row[one] for one in FIGURES} for name, row in shown.items()}
        figures[str(budget)] = rows
    return figures
