"""What is known of each atom that only tools said, as numbers: nothing of it looks ahead."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.terms import terms_of
from agentcompress.values import Context, Scores, atoms_of

from .sightings import Floats, Sightings
from .uses import key_features, place_features, shape_features

_LEAST = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomFeatures:
    """The atoms that only tools said, and what is known of each."""

    names: list[str]
    """The atoms, in order of first mention."""
    columns: tuple[str, ...]
    """What each column says."""
    rows: NDArray[np.float32]
    """One row an atom, shape (atoms, columns)."""
    prior: Floats
    """Best score of the segments that have each atom, above 0, shape (atoms,)."""


def atom_features(context: Context, scores: Scores) -> AtomFeatures:
    """What is known of a context's atoms.

    Args:
        context: What may be shown.
        scores: How much each segment matters by other criteria, shape (segments,).
    """
    seen = Sightings.of(context)
    chosen = np.flatnonzero(seen.only_tools)
    names = [seen.mentions.names[number] for number in chosen.tolist()]
    found = {
        name: column[chosen]
        for part in (shape_features, key_features, place_features, _age)
        for name, column in part(seen).items()
    } | _words(seen, names)
    best = np.zeros(seen.count)
    np.maximum.at(best, seen.mentions.numbers, scores[seen.mentions.segments].astype(np.float64))
    return AtomFeatures(
        names=names,
        columns=tuple(found),
        rows=np.stack(list(found.values()), axis=1).astype(np.float32),
        prior=np.maximum(best[chosen], _LEAST),
    )


def _age(seen: Sightings) -> dict[str, Floats]:
    return {"first_age": np.log(seen.ages[seen.firsts])}


def _words(seen: Sightings, names: list[str]) -> dict[str, Floats]:
    """What the names share with the calls and the query; each of shape (names,)."""
    segments = seen.context.segments
    asked = set(atoms_of(seen.context.query))
    called = (segments[index].text for index in np.flatnonzero(seen.called).tolist())
    said = set(chain.from_iterable(map(terms_of, called)))
    terms = list(map(terms_of, names))
    sizes = np.fromiter(map(len, terms), dtype=np.intp, count=len(terms))
    hits = np.fromiter(map(said.__contains__, chain.from_iterable(terms)), dtype=bool, count=sizes.sum())
    in_parts = sizes > 1  # A name that has parts counts by these alone.
    hits[(np.cumsum(sizes) - sizes)[in_parts]] = False
    shared = np.bincount(np.repeat(np.arange(len(names)), sizes), hits, len(names))
    return {
        "in_query": np.fromiter(map(asked.__contains__, names), dtype=np.float64, count=len(names)),
        "parts_called": shared / np.maximum(sizes - in_parts, 1),
    }
