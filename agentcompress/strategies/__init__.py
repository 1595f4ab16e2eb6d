"""P: scores → what is shown."""

from agentcompress.values import Strategy

from .answer import AnswerStrategy
from .condense import CondenseStrategy
from .deduplicate import DeduplicateStrategy
from .distill import DistillStrategy
from .frames import FramesStrategy
from .merge import MergeStrategy
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
    "PruneStrategy",
    "ReasoningStrategy",
    "ScenesStrategy",
    "StageStrategy",
    "default_strategy",
]


def default_strategy() -> Strategy:
    """Reasoning by rule, repeats and screens once, the rest by what it is worth a token."""
    return ReasoningStrategy() | DeduplicateStrategy() | FramesStrategy() | PruneStrategy()
