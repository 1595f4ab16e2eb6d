"""P: scores → what is shown."""

from agentcompress.values import Criterion, Strategy

from .answer import AnswerStrategy
from .condense import CondenseStrategy
from .deduplicate import DeduplicateStrategy
from .distill import DistillStrategy
from .frames import FramesStrategy
from .merge import MergeStrategy
from .passages import PassageStrategy
from .prune import PruneStrategy
from .reasoning import ReasoningStrategy
from .scenes import ScenesStrategy
from .stage import StageStrategy

__all__ = [
    "AnswerStrategy",
    "CondenseStrategy",
    "DeduplicateStrategy",
    "DistillStrategy",
    "FramesStrategy",
    "MergeStrategy",
    "PassageStrategy",
    "PruneStrategy",
    "ReasoningStrategy",
    "ScenesStrategy",
    "StageStrategy",
    "default_strategy",
]


def default_strategy(answers: Criterion) -> Strategy:
    """Reasoning by rule, repeats and screens once, the rest by what it is worth a token, documents whole.

    Args:
        answers: Says which passages of documents answer a question.
    """
    first = ReasoningStrategy() | DeduplicateStrategy() | FramesStrategy()
    return first | PassageStrategy(answers=answers) | PruneStrategy()
