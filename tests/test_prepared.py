"""A strategy prepared once chooses for any budget as it would if it were asked for that one alone."""

from dataclasses import dataclass

import numpy as np
import pytest

from agentcompress import Budget, Compressor
from agentcompress.criteria import RecencyCriterion
from agentcompress.encoders import StaticEncoder
from agentcompress.strategies import (
    AnswerStrategy,
    DeduplicateStrategy,
    MergeStrategy,
    PruneStrategy,
    ReasoningStrategy,
    StageStrategy,
)
from agentcompress.values import Choosing, Context, Scores, Selection, Strategy, prepared

from .helpers import reads
from .test_criteria import FixedCriterion
from .test_selection import instance

STRATEGIES: list[Strategy] = [
    PruneStrategy(),
    ReasoningStrategy() | DeduplicateStrategy(window=1, least=1, share=0) | PruneStrategy(),
    MergeStrategy(StaticEncoder()),
    AnswerStrategy(answers=RecencyCriterion()),
]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: type(strategy).__name__)
@pytest.mark.parametrize("seed", range(40))
def test_what_was_asked_before_changes_nothing(strategy: Strategy, seed: int) -> None:
    context, scores, budget = instance(seed)
    select = prepared(strategy, context, scores)
    for room in (budget, budget + 9, budget + 8, 2 * budget, budget // 2, 0, budget):
        assert select(room) == strategy.select(context, scores, room)


def test_answers_that_are_no_numbers_are_named() -> None:
    context, scores, _ = instance(0)
    careless = FixedCriterion((np.nan,) * len(context.segments))
    with pytest.raises(ValueError, match=r"FixedCriterion gave a score that is .*not finite"):
        AnswerStrategy(answers=careless).prepare(context, scores)


class OwnStrategy(PruneStrategy):
    """Takes half of what it may, by a `select` of its own."""

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        return super().select(context, scores, budget // 2)


@dataclass(frozen=True, slots=True)
class OwnStage(StageStrategy):
    """A stage that knows `select` alone."""

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        return self.rest.select(context, scores, budget // 2)


@pytest.mark.parametrize("own", [OwnStrategy(), OwnStage(), DeduplicateStrategy() | OwnStage()])
def test_a_select_of_ones_own_is_what_is_asked(own: Strategy) -> None:
    context, scores, budget = instance(3)
    halved = PruneStrategy().select(context, scores, budget // 2)
    assert prepared(own, context, scores)(budget) == own.select(context, scores, budget) == halved


class Keeping(PruneStrategy):
    """Keeps what it was prepared for, and the budgets it chose for."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared: list[tuple[Context, Scores]] = []
        self.rooms: list[int] = []

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        self.prepared.append((context, scores))
        select = super().prepare(context, scores)

        def kept(budget: int) -> Selection:
            self.rooms.append(budget)
            return select(budget)

        return kept


def test_an_eviction_prepares_once() -> None:
    messages = reads(9)
    strategy = Keeping()
    tokens = Compressor(10**9).compress(messages).tokens_before
    Compressor(Budget(limit=tokens // 3), strategy=strategy).compress(messages)
    ((context, scores),) = strategy.prepared
    assert len(strategy.rooms) > 1
    select = prepared(PruneStrategy(), context, scores)
    for room in (*strategy.rooms, *range(tokens // 4, tokens // 2, 41), 0, *reversed(strategy.rooms)):
        assert select(room) == PruneStrategy().select(context, scores, room)
