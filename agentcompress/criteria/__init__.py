"""E: criteria that say how much each segment matters."""

from agentcompress.values import Criterion, Encoder

from .attention import AttentionCriterion
from .change import ChangeCriterion
from .density import DensityCriterion
from .dependency import DependencyCriterion
from .embedding import EmbeddingCriterion
from .leading import LeadingCriterion
from .learned import LearnedCriterion
from .lexical import LexicalCriterion
from .named import NamedCriterion
from .novelty import NoveltyCriterion
from .picture import PictureCriterion
from .position import PositionCriterion
from .product import ProductCriterion
from .recency import RecencyCriterion
from .structure import StructureCriterion
from .weighted import WeightedCriterion

__all__ = [
    "AttentionCriterion",
    "ChangeCriterion",
    "DensityCriterion",
    "DependencyCriterion",
    "EmbeddingCriterion",
    "LeadingCriterion",
    "LearnedCriterion",
    "LexicalCriterion",
    "NamedCriterion",
    "NoveltyCriterion",
    "PictureCriterion",
    "PositionCriterion",
    "ProductCriterion",
    "RecencyCriterion",
    "StructureCriterion",
    "WeightedCriterion",
    "default_criterion",
]


def default_criterion(encoder: Encoder) -> Criterion:
    """Recency, structure, place and names times relevance, which joins BM25 and an encoder."""
    relevance = WeightedCriterion({LexicalCriterion(): 1.0, EmbeddingCriterion(encoder): 1.0})
    return ProductCriterion(
        factors=(RecencyCriterion(), StructureCriterion(), PositionCriterion(), NamedCriterion()),
        relevance=relevance,
    )
