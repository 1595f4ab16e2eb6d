"""P: scores → what is shown."""

from .condense import CondenseStrategy
from .prune import PruneStrategy
from .reasoning import ReasoningStrategy

__all__ = ["CondenseStrategy", "PruneStrategy", "ReasoningStrategy"]
