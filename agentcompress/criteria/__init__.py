"""E: criteria that say how much each segment matters."""

from agentcompress.values import Criterion, Encoder

from .embedding import EmbeddingCriterion
from .lexical import LexicalCriterion
from .position import PositionCriterion
from .product import ProductCriterion
from .recency import RecencyCriterion
from .structure import StructureCriterion
from .weighted import WeightedCriterion

__all__ = [
    "EmbeddingCriterion",
    "LexicalCriterion",
    "PositionCriterion",
    "ProductCriterion",
    "RecencyCriterion",
    "StructureCriterion",
    "WeightedCriterion",
    "default_criterion",
]


def default_criterion(encoder: Encoder) -> Criterion:
    """Recency, structure and position times relevance, which joins BM25's words and an encoder's sense."""
    relevance = WeightedCriterion({LexicalCriterion(): 1.0, EmbeddingCriterion(encoder): 1.0})
    return ProductCriterion(
        factors=(RecencyCriterion(), StructureCriterion(), PositionCriterion()), relevance=relevance
    )
