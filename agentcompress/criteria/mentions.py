"""What each segment mentions, as numbers: the ground on which criteria count."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]
Name = TypeVar("Name", bound=Hashable)


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
        # Names are numbered as they come, so a new one is larger than all before it.
        return np.flatnonzero(np.diff(np.maximum.accumulate(self.numbers), prepend=-1))


def mentions_of(lists: Sequence[Collection[str]]) -> Mentions:
    """The mentions in lists of names.

    Args:
        lists: One a segment, each name once in it.
    """
    sizes = np.fromiter(map(len, lists), dtype=np.intp, count=len(lists))
    numbers, names = numbered(list(chain.from_iterable(lists)))
    return Mentions(segments=np.repeat(np.arange(len(lists)), sizes), numbers=numbers, names=names)


def numbered(names: Sequence[Name]) -> tuple[Numbers, list[Name]]:
    """The number of each name, shape (names,), and what the numbers mean: each name once, as they come."""
    distinct = list(dict.fromkeys(names))
    number = dict(zip(distinct, range(len(distinct)), strict=True))
    return np.fromiter(map(number.__getitem__, names), dtype=np.intp, count=len(names)), distinct
