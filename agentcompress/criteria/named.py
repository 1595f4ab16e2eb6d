"""What the query names and few segments have is what it is about."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from agentcompress.values import Context, Scores, atoms_of

from .terms import terms_of

_FEW = 3
"""Segments that a name may stand in and still say which ones are meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCriterion:
    """Segments of tool outputs that an identifier, path or number of the query points out.

    An order number that stands in one line of a thousand says that this line is meant,
    wherever it stands; a name that every line has says nothing (the specificity of terms,
    Spärck Jones, Journal of Documentation 1972, taken to its end).

    Raises:
        ValueError: `most` is below 1 or not finite.
    """

    most: float = 4.0
    """Score of a segment that is pointed out; all others have 1."""

    def __post_init__(self) -> None:
        if not 1 <= self.most < float("inf"):
            raise ValueError(f"most must be at least 1 and finite, got {self.most}")

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,)."""
        names = {atom.lower() for atom in atoms_of(context.query)}
        places: defaultdict[str, list[int]] = defaultdict(list)
        for index, segment in enumerate(context.segments):
            if segment.role == "tool":
                for name in names.intersection(terms_of(segment.text)):
                    places[name].append(index)
        scores = np.ones(len(context.segments), dtype=np.float32)
        for few in (found for found in places.values() if len(found) <= _FEW):
            scores[few] = self.most
        return scores
