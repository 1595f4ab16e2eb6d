"""The null baselines by name: this library with another way to choose."""

from collections.abc import Callable

from agentcompress.criteria import EmbeddingCriterion, LexicalCriterion, WeightedCriterion
from agentcompress.encoders import default_encoder
from agentcompress.strategies import ReasoningStrategy
from agentcompress.strategies.baselines import (
    FacilityLocationStrategy,
    FloorRandomStrategy,
    MarginalRelevanceStrategy,
    RelevanceStrategy,
)
from agentcompress.values import Criterion, Strategy

NULLS: dict[str, Callable[[], Strategy]] = {
    "facility-location": lambda: FacilityLocationStrategy(default_encoder()),
    "floor-random": FloorRandomStrategy,
    "mmr": lambda: MarginalRelevanceStrategy(default_encoder()),
    "relevance-only": RelevanceStrategy,
}
"""Name → what makes the strategy; all read the scores of `relevance`."""


def relevance() -> Criterion:
    """BM25 and the default encoder, joined: relevance to the query and nothing else."""
    return WeightedCriterion({LexicalCriterion(): 1.0, EmbeddingCriterion(default_encoder()): 1.0})


def null_named(name: str) -> Strategy:
    """The strategy of that name, under the rule on reasoning that ours is under too."""
    return ReasoningStrategy(NULLS[name]())
