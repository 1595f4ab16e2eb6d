"""E: criteria that say how much each segment matters."""

from agentcompress.values import Criterion, Encoder

from .embedding import EmbeddingCriterion
from .lexical import LexicalCriterion
from .product import ProductCriterion
from .recency import RecencyCriterion
from .structure import StructureCriterion
from .weighted import WeightedCriterion

__all__ = [
    "EmbeddingCriterion",
    "LexicalCriterion",
    "ProductCriterion",
    "RecencyCriterion",
    "StructureCriterion",
    "WeightedCriterion",
    "default_criterion",
]


def default_criterion(encoder: Encoder) -> Criterion:
    """Recency times structure times relevance, which joins the words of BM25 and the sense of an encoder."""
    relevance = WeightedCriterion({LexicalCriterion(): 1.0, EmbeddingCriterion(encoder): 1.0})
    return ProductCriterion(factors=(RecencyCriterion(), StructureCriterion()), relevance=relevance)
