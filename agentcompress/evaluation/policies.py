"""The policies that `replay` knows by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agentcompress.criteria import default_criterion
from agentcompress.criteria.learned import DEFAULT_WEIGHTS, LearnedCriterion, LearnedWeights
from agentcompress.encoders import EncoderSetting, encoder_for
from agentcompress.tokens import RequestCounter
from agentcompress.values import Budget, Criterion, Encoder, Plan

from .baselines import ClearToolUsesPolicy, FullPolicy, LastTokensPolicy, RandomPolicy
from .measure import Measure
from .nulls import NULLS, null_named, relevance
from .policy import Policy, Shown
from .recording import Recording

if TYPE_CHECKING:
    from agentcompress.compressor import Compressor

_BASELINES: dict[str, Callable[[], Policy]] = {
    "clear-tool-uses": ClearToolUsesPolicy,
    "full": FullPolicy,
    "last-tokens": LastTokensPolicy,
    "random": RandomPolicy,
}
_NO_LIMIT = 10**9
POLICY_NAMES = ("agentcompress", "learned", "lossless", *_BASELINES, *NULLS)
PLANLESS = tuple(_BASELINES)
"""Those that make no plan, so that a report has nothing to show of them."""


class OwnPolicy:
    """This library, with its encoder and the choice that is compared.

    Args:
        encoder: Gives the vectors that relevance is judged by.
        prices: Name of the prompt cache's prices.
        null: Name of the null baseline that chooses; None leaves the choice to the default.
        weights: Learned weights of the atoms; None leaves the scores to the default.
    """

    def __init__(
        self, encoder: Encoder, prices: str, null: str | None = None, weights: LearnedWeights | None = None
    ) -> None:
        self._encoder = encoder
        self._prices = prices
        self._null = null
        self._weights = weights
        self._compressor: Compressor | None = None

    def _made(self, budget: Budget, measure: Measure) -> Compressor:
        made = partial(_compressor, budget, measure, self._encoder, prices=self._prices)
        if self._weights:
            return made(criterion=LearnedCriterion(default_criterion(self._encoder), self._weights))
        return made(null=self._null)


class SnapshotPolicy(OwnPolicy):
    """This library, each context compressed afresh and filled up to its ceiling."""

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The context as it is shown without any earlier decision."""
        if self._compressor is None:
            self._compressor = self._made(Budget(limit=ceiling), recording.measure)
        compressor = self._compressor.with_budget(ceiling)
        messages = recording.trajectory.messages[:step]
        result = compressor.compress(messages)
        return Shown(
            messages=result.messages,
            evicted=result.evicted,
            plan=result.plan,
            explain=partial(compressor.explain, messages),
        )


class StatefulPolicy(OwnPolicy):
    """This library as in production: one compressor for a whole trajectory, decisions frozen."""

    _plan: Plan | None = None

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The context as the plan so far shows it, with a new plan where that is over."""
        budget = Budget.for_long_run(ceiling)
        if self._compressor is None:
            self._compressor = self._made(budget, recording.measure)
        compressor = self._compressor.with_budget(budget)
        messages = recording.trajectory.messages[:step]
        result = compressor.compress(messages, plan=self._plan)
        decided = result.evicted or result.left
        explain = partial(compressor.explain, messages, plan=self._plan) if decided else None
        self._plan = result.plan
        return Shown(messages=result.messages, evicted=result.evicted, plan=result.plan, explain=explain)


class LosslessPolicy:
    """This library's lossless pass alone, whatever the ceiling."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._compressor: Compressor | None = None

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The whole context, tool results said in fewer tokens where nothing is lost by it."""
        if self._compressor is None:
            self._compressor = _compressor(
                Budget(limit=_NO_LIMIT), recording.measure, self._encoder, lossless=True
            )
        result = self._compressor.compress(recording.trajectory.messages[:step])
        return Shown(messages=result.messages, plan=result.plan)


def policy_named(
    name: str, *, stateful: bool, encoder: EncoderSetting = "auto", prices: str = "anthropic"
) -> Callable[[], Policy]:
    """What makes the policy of that name, afresh for each trajectory.

    Args:
        name: One of `POLICY_NAMES`, or a file of learned weights.
        stateful: Whether decisions carry over from step to step.
        encoder: Gives this library's policies their vectors; the others need none.
        prices: Of the prompt cache, which this library's policies heed when decisions carry over.

    Raises:
        InvalidInputError: The file holds no learned weights.
        MissingDependencyError: The encoder's model is not on this machine.
        ValueError: No policy has this name.
    """
    own = StatefulPolicy if stateful else SnapshotPolicy
    if name == "agentcompress":
        return partial(own, encoder_for(encoder), prices)
    if name == "learned" or (name not in POLICY_NAMES and Path(name).is_file()):
        weights = LearnedWeights.load(DEFAULT_WEIGHTS if name == "learned" else Path(name))
        return partial(own, encoder_for(encoder), prices, weights=weights)
    if name == "lossless":
        return partial(LosslessPolicy, encoder_for(encoder))
    if name in NULLS:
        return partial(own, encoder_for(encoder), prices, name)
    if name not in _BASELINES:
        raise ValueError(f"policy {name!r} is none of {', '.join(POLICY_NAMES)}, nor a file")
    return _BASELINES[name]


def _compressor(
    budget: Budget,
    measure: Measure,
    encoder: Encoder,
    *,
    prices: str = "none",
    lossless: bool = False,
    null: str | None = None,
    criterion: Criterion | None = None,
) -> Compressor:
    """A compressor that counts as the replay does."""
    from agentcompress.compressor import Compressor

    counter = RequestCounter(counter=measure.counter, images=measure.images)
    if null:
        return Compressor(
            budget=budget,
            counter=counter,
            criterion=relevance(encoder),
            strategy=null_named(null, encoder),
            prices=prices,
        )
    if criterion:
        return Compressor(budget=budget, counter=counter, criterion=criterion, prices=prices)
    return Compressor(budget=budget, counter=counter, lossless=lossless, encoder=encoder, prices=prices)
