"""What earlier calls used of outputs, carried over to what is like it: the same field, shape or place."""

from itertools import chain

import numpy as np

from agentcompress.criteria.mentions import Numbers, numbered

from .sightings import Flags, Floats, Sightings
from .wording import IS_KEY, NO_KEY, keys_of, shapes_of

_TRUST = 2.0
"""Cases that the rate over everything counts as, where little is known of a shape or field."""
_REACH = 4
"""Segments up to which a use tells of its neighbours."""


def shape_features(seen: Sightings) -> dict[str, Floats]:
    """How many atoms look alike in an output, and how often calls used such ones; each of shape (atoms,)."""
    shape = shapes_of(seen.mentions.names)
    places = seen.context.message_of[seen.firsts] * seen.count + shape
    _, place, alike = np.unique(places, return_inverse=True, return_counts=True)
    defined = seen.tool[seen.firsts]
    rate = _rate(shape, seen.used, defined, seen)
    return {"alike_in_message": np.log(alike[place]), "shape_rate": rate}


def key_features(seen: Sightings) -> dict[str, Floats]:
    """What is known of the fields whose values the atoms are; each of shape (atoms,)."""
    segments = seen.context.segments
    named = (keys_of(segment.text, segment.atoms) for segment in segments if segment.atoms)
    numbers, keys = numbered([NO_KEY, IS_KEY, *chain.from_iterable(named)])
    (no_key, is_key), key = numbers[:2], numbers[2:]
    in_call = seen.called[seen.mentions.segments]
    calls = np.bincount(key[in_call], minlength=len(keys)).astype(np.float64)
    calls[[no_key, is_key]] = 0.0  # A value with no name shares it with nothing.
    used = seen.used[seen.mentions.numbers]
    rate = _rate(key, used & ~in_call, ~in_call, seen)
    rate[key == no_key] = _overall(seen)
    return {
        "key_called": seen.most(np.log1p(calls)[key], 0.0),
        "key_rate": seen.most(rate, _overall(seen)),
        "is_key": -seen.most(-(key == is_key).astype(np.float64), 0.0),
    }


def place_features(seen: Sightings) -> dict[str, Floats]:
    """How much calls used of an atom's output, and of the lines around it; each of shape (atoms,)."""
    count = len(seen.context.segments)
    uses = np.bincount(seen.firsts[seen.used], minlength=count).astype(np.float64)
    message_of = seen.context.message_of
    in_message = np.bincount(message_of, uses)[message_of]
    near = uses.copy()
    for distance in range(1, min(_REACH, count - 1) + 1):
        share = 0.5**distance * (message_of[distance:] == message_of[:-distance])
        near[distance:] += share * uses[:-distance]
        near[:-distance] += share * uses[distance:]
    first = seen.firsts
    return {
        "message_used": np.log1p(np.maximum(in_message[first] - seen.used, 0.0)),
        "near_used": np.log1p(np.maximum(near[first] - seen.used, 0.0)),
    }


def _overall(seen: Sightings) -> float:
    """Logarithm of the share of atoms of tool outputs that later calls used."""
    return float(np.log((seen.used.sum() + 0.5) / (seen.tool[seen.firsts].sum() + 10.0)))


def _rate(kind: Numbers, used: Flags, there: Flags, seen: Sightings) -> Floats:
    """Logarithm of the share of a kind that was used, each case itself left out; shape as `kind`."""
    hits = np.bincount(kind, used)[kind] - used
    cases = np.bincount(kind, there)[kind] - there
    rate: Floats = np.log((hits + _TRUST * np.exp(_overall(seen))) / (cases + _TRUST))
    return rate
