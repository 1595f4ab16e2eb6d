"""Strategies that work out once what does not depend on the budget."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

from .protocols import Scores, Strategy
from .segment import Context, Selection

Choosing = Callable[[int], Selection]
"""A strategy at work on one context: budget in tokens → what to show within it. For one thread."""


class PreparedStrategy(ABC):
    """A strategy asked for several budgets in turn, for what is rendered costs other than estimated.

    Any object with `select` is a strategy; this is for those to which being asked again is dear.
    """

    __slots__ = ()

    @abstractmethod
    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        return self.prepare(context, scores)(budget)


def prepared(strategy: Strategy, context: Context, scores: Scores) -> Choosing:
    """Any strategy at work on a context; one with a `select` of its own is asked anew for each budget."""
    if isinstance(strategy, PreparedStrategy) and type(strategy).select is PreparedStrategy.select:
        return strategy.prepare(context, scores)
    return partial(strategy.select, context, scores)
