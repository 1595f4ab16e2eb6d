"""What an agent's next calls used: the behaviour that weights are learned from."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

DISCOUNT = 0.5
"""What a use one call later counts, against one in the call before it."""
AHEAD = 4
"""Calls that are looked at."""
_MOST_PLACES = 20
"""Atoms that one used text may lie in."""


def usefulness(names: Sequence[str], futures: Sequence[frozenset[str]]) -> NDArray[np.float64]:
    """How soon each atom is used: 1 in the next call, `DISCOUNT` in the one after it, 0 never.

    A text that is no atom itself (a file's name of a path) is looked for inside of the atoms.

    Args:
        names: The atoms that could be shown.
        futures: Atoms of each call that the agent went on to make, the next one first.

    Returns:
        Shape (atoms,), in [0, 1].
    """
    useful = np.zeros(len(names))
    number = {name: index for index, name in enumerate(names)}
    joined = "\n".join(names)
    starts = [0, *accumulate(len(name) + 1 for name in names)]
    for ahead, called in enumerate(futures[:AHEAD]):
        for atom in sorted(called):
            places = [number[atom]] if atom in number else _inside(joined, starts, atom)
            for place in places:
                useful[place] = max(useful[place], DISCOUNT**ahead)
    return useful


def _inside(joined: str, starts: Sequence[int], atom: str) -> list[int]:
    if len(atom) < 4:
        return []
    places: list[int] = []
    at = joined.find(atom)
    while at >= 0 and len(places) < _MOST_PLACES:
        places.append(bisect_right(starts, at) - 1)
        at = joined.find(atom, at + 1)
    return places
