"""The criterion for documents that are to answer a question."""

from agentcompress.criteria.embedding import EmbeddingCriterion
from agentcompress.criteria.lexical import LexicalCriterion
from agentcompress.criteria.weighted import WeightedCriterion
from agentcompress.values import Criterion, Encoder

from .feedback import FeedbackCriterion
from .headings import HeadingCriterion
from .links import LinkCriterion
from .neighbours import NeighbourCriterion
from .sentence import SentenceCriterion


def passage_criterion(encoder: Encoder) -> Criterion:
    """Words, names, meaning and headings first, then what the best texts lead to, then what stands around."""
    lexical = LexicalCriterion(stemmed=True, names=2.0)
    headings = HeadingCriterion(lexical=lexical)
    relevance = WeightedCriterion(
        {lexical: 1.0, EmbeddingCriterion(encoder): 0.5, SentenceCriterion(encoder): 0.5, headings: 1.0}
    )
    followed = LinkCriterion(base=FeedbackCriterion(base=relevance, lexical=lexical), headings=headings)
    return NeighbourCriterion(base=followed)
