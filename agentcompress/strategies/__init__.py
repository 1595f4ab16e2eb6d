"""P: scores → what is shown."""

from .condense import CondenseStrategy
from .prune import PruneStrategy

__all__ = ["CondenseStrategy", "PruneStrategy"]
