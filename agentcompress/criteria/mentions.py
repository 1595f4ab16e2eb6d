"""What each segment mentions, as numbers: the ground on which criteria count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """A sparse 0/1 matrix of segments and names, in coordinates."""

    segments: Numbers
    """Segment of each mention, shape (mentions,), ascending."""
    numbers: Numbers
    """Index into `names` of what is mentioned, shape (mentions,)."""
    names: Sequence[str]
    """Everything mentioned, in order of first mention."""

    @property
    def firsts(self) -> Numbers:
        """Index of the first mention of each name, shape (names,), ascending."""
        first: Numbers = np.unique(self.numbers, return_index=True)[1]
        return first


def mentions_of(lists: Sequence[Iterable[str]]) -> Mentions:
    """The mentions in lists of names, one list a segment; a list counts a name once."""
    known: dict[str, int] = {}
    rows = [[known.setdefault(name, len(known)) for name in dict.fromkeys(names)] for names in lists]
    sizes = np.fromiter(map(len, rows), dtype=np.intp, count=len(rows))
    return Mentions(
        segments=np.repeat(np.arange(len(rows)), sizes),
        numbers=np.fromiter(chain.from_iterable(rows), dtype=np.intp, count=int(sizes.sum())),
        names=list(known),
    )
