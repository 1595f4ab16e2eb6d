"""Deduplicate: what several tool outputs say is shown where it was said last."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import compress

from agentcompress.values import Choosing, Context, PreparedStrategy, Scores, Selection

from .narrowing import prepared_without
from .repeats import newest_copies, stretches
from .stage import StageStrategy


@dataclass(frozen=True, slots=True)
class DeduplicateStrategy(PreparedStrategy, StageStrategy):
    """Leaves out what a newer tool output repeats: a file read twice, a listing, a record.

    The newest copy is the one that can be shown; the older ones point to it where it is.

    Raises:
        ValueError: `window` or `least` is below 1, or `share` not in [0, 1].
    """

    window: int = 3
    """How many segments in a row must agree, white space aside, unless a whole message does."""
    least: int = 24
    """Tokens of a stretch from which on it is left out."""
    share: float = 0.5
    """Share of an output that must be repeated before any of it is left out. Versions of a record or a
    file share stretches: leaving those out would tear the older one."""

    def __post_init__(self) -> None:
        for name in ("window", "least"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"share must lie in [0, 1], got {self.share}")

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        newest = newest_copies(context, self.window, self.least, self.share)
        rest = prepared_without(newest, self.rest, context, scores)
        return lambda budget: _with_repeats(rest(budget), context, newest)


def _with_repeats(selection: Selection, context: Context, newest: Mapping[int, int]) -> Selection:
    """A selection that names what it shows further down instead."""
    shown = selection.renditions
    hidden = stretches(context, (index for index in newest if index not in shown))
    below = {index for stretch in hidden if _shown(context, stretch, newest, shown) for index in stretch}
    return replace(selection, repeated=selection.repeated | below)


def _shown(context: Context, stretch: list[int], newest: Mapping[int, int], shown: Collection[int]) -> bool:
    """Whether most of a stretch is shown where it was said last."""
    tokens = [context.segments[index].tokens for index in stretch]
    seen = [newest[index] in shown for index in stretch]
    return sum(tokens) <= 2 * sum(compress(tokens, seen))
