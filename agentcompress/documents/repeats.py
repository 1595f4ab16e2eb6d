"""Documents that say what another one says."""

import re
from collections.abc import Sequence

from agentcompress.values import atoms_of

_WORD = re.compile(r"\w+")
_SHINGLE = 4
"""Words in a row that are compared."""
_LEAST = 8
"""Words of a text from which on it can be a repeat: "Yes, I think so" is said anew each time."""
_SAME = 0.9
"""Share of a text's shingles that another one has, too, from which on it is a repeat."""


def repeats_of(texts: Sequence[str]) -> dict[int, int]:
    """Text → the longer or earlier one that says the same; no entry for those that stand for themselves.

    A repeat has eight words or more, nine tenths of its runs of four words in the other, and
    no name, number or identifier of its own: versions of a record that differ in a figure are two.

    Source: containment of shingles (Broder, "On the Resemblance and Containment of Documents",
    SEQUENCES 1997).
    """
    shingles = [_shingles(text) for text in texts]
    atoms = [set(atoms_of(text)) for text in texts]
    order = sorted(range(len(texts)), key=lambda place: (-len(shingles[place]), place))
    having: dict[tuple[str, ...], list[int]] = {}
    repeats: dict[int, int] = {}
    for place in order:
        shared: dict[int, int] = {}
        for shingle in shingles[place]:
            for other in having.get(shingle, ()):
                shared[other] = shared.get(other, 0) + 1
        enough = [
            other
            for other, count in shared.items()
            if count >= _SAME * len(shingles[place]) and atoms[place] <= atoms[other]
        ]
        if enough:
            repeats[place] = min(enough)
            continue
        for shingle in shingles[place]:
            having.setdefault(shingle, []).append(place)
    return repeats


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    if len(words) < _LEAST:
        return set()
    return {tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}
