"""The null baselines by name: this library with another way to choose."""

from collections.abc import Callable

from agentcompress.criteria import EmbeddingCriterion, LexicalCriterion, WeightedCriterion
from agentcompress.strategies import ReasoningStrategy
from agentcompress.strategies.baselines import (
    FacilityLocationStrategy,
    FloorRandomStrategy,
    MarginalRelevanceStrategy,
    RelevanceStrategy,
)
from agentcompress.values import Criterion, Encoder, Strategy

NULLS: dict[str, Callable[[Encoder], Strategy]] = {
    "facility-location": FacilityLocationStrategy,
    "floor-random": lambda _: FloorRandomStrategy(),
    "mmr": MarginalRelevanceStrategy,
    "relevance-only": lambda _: RelevanceStrategy(),
}
"""Name → what makes the strategy; all read the scores of `relevance`."""


def relevance(encoder: Encoder) -> Criterion:
    """BM25 and an encoder, joined: relevance to the query and nothing else."""
    return WeightedCriterion({LexicalCriterion(): 1.0, EmbeddingCriterion(encoder): 1.0})


def null_named(name: str, encoder: Encoder) -> Strategy:
    """The strategy of that name, under the rule on reasoning that ours is under too."""
    return ReasoningStrategy() | NULLS[name](encoder)
