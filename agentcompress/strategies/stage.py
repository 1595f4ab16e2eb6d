"""Composition: a strategy that decides on a part and leaves the rest to the next."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Self

from agentcompress.values import Context, Scores, Selection, Strategy

from .prune import PruneStrategy

_UNSAID = PruneStrategy()
"""Chooses where none was named; told from one that was by identity."""


@dataclass(frozen=True, slots=True)
class StageStrategy(ABC):
    """A strategy that takes its part of the decision and leaves the rest to another.

    `ReasoningStrategy() | DeduplicateStrategy() | PruneStrategy()` reads as it runs: each
    stage hands on what it leaves open, the last one chooses. A stage alone is followed
    by `PruneStrategy()`.
    """

    rest: Strategy = field(default=_UNSAID, kw_only=True)
    """Chooses among everything that the stage leaves open."""

    @abstractmethod
    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""

    def __or__(self, rest: Strategy) -> Self:
        """The same with `rest` behind its last stage.

        Raises:
            TypeError: The last stage leaves the rest to a strategy already, which takes everything.
        """
        if isinstance(self.rest, StageStrategy):
            return replace(self, rest=self.rest | rest)
        if self.rest is not _UNSAID:
            name = type(self.rest).__name__
            raise TypeError(f"{name} leaves nothing open for {type(rest).__name__}: put it last")
        return replace(self, rest=rest)
