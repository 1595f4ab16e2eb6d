"""The default composition with one part of it off, under names taken from the composition itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agentcompress.criteria import ProductCriterion, WeightedCriterion, default_criterion
from agentcompress.criteria.passages import passage_criterion
from agentcompress.strategies import MergeStrategy, StageStrategy, default_strategy
from agentcompress.values import Context, Criterion, Encoder, Scores, Selection, Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to compress."""

    name: str
    """What is off or on."""
    criterion: Criterion
    """Scores."""
    strategy: Strategy
    """Chooses."""


class IndifferentCriterion:
    """To it all segments are the same."""

    def score(self, context: Context) -> Scores:
        """Zeros, shape (segments,)."""
        return np.zeros(len(context.segments), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class SilentCallsStrategy(StageStrategy):
    """Takes what calls name to be worth nothing, so that a group pays by its outputs alone."""

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What the rest shows then."""
        segments = [replace(one, atoms=()) if one.kind == "call" else one for one in context.segments]
        return self.rest.select(replace(context, segments=segments), scores, budget)


def variants(encoder: Encoder) -> Iterator[Variant]:
    """The default, each of its parts off, and merging on.

    Args:
        encoder: Gives the vectors.

    Raises:
        TypeError: The default is composed in another way than is known here.
    """
    criterion, strategy = default_criterion(encoder), default_strategy(passage_criterion(encoder))
    if not isinstance(criterion, ProductCriterion) or not isinstance(strategy, StageStrategy):
        raise TypeError("the default criterion must be a product and the default strategy have stages")
    yield Variant(name="default", criterion=criterion, strategy=strategy)
    for name, without in _less(criterion):
        yield Variant(name=f"{name} off", criterion=without, strategy=strategy)
    for name, rest in _shorter(strategy):
        yield Variant(name=f"{name} off", criterion=criterion, strategy=rest)
    silent = _ending(strategy, SilentCallsStrategy())
    yield Variant(name="call weights off", criterion=criterion, strategy=silent)
    yield Variant(name="merge on", criterion=criterion, strategy=_ending(strategy, MergeStrategy(encoder)))


def _less(criterion: ProductCriterion) -> Iterator[tuple[str, Criterion]]:
    """The criterion without each of its factors, each part of its relevance, and relevance altogether."""
    for factor in criterion.factors:
        yield _name(factor), replace(criterion, factors=_without(criterion.factors, factor))
    if isinstance(criterion.relevance, WeightedCriterion):
        for part in criterion.relevance.weights:
            weights = {one: weight for one, weight in criterion.relevance.weights.items() if one is not part}
            yield _name(part), replace(criterion, relevance=WeightedCriterion(weights))
    yield "relevance", replace(criterion, relevance=IndifferentCriterion())


def _shorter(strategy: StageStrategy) -> Iterator[tuple[str, Strategy]]:
    """The strategy without each of its stages."""
    yield _name(strategy), strategy.rest
    if isinstance(strategy.rest, StageStrategy):
        yield from ((name, replace(strategy, rest=rest)) for name, rest in _shorter(strategy.rest))


def _ending(strategy: StageStrategy, last: Strategy) -> Strategy:
    """The strategy with another behind its last stage."""
    rest = strategy.rest
    return replace(strategy, rest=_ending(rest, last) if isinstance(rest, StageStrategy) else last)


def _without(criteria: Sequence[Criterion], left_out: Criterion) -> tuple[Criterion, ...]:
    return tuple(one for one in criteria if one is not left_out)


def _name(part: Criterion | Strategy) -> str:
    return type(part).__name__.removesuffix("Criterion").removesuffix("Strategy").lower()
