"""What a selector chose, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenExample:
    """An example that is shown."""

    index: int
    """Its place among the examples of the selector, in the order in which they were added."""
    example: Mapping[str, Any]
    """Its fields as they are shown."""
    tokens: int
    """What it costs, a separator included."""
    shortened: bool
    """Whether a field of it was cut."""
    relevance: float
    """By words and meaning, from 0 for the least of the candidates to 1 for the most."""
    alike: float
    """How like one chosen before it is, by meaning, from 0 to 1; costs up to 0.3 of its relevance."""
    coverage: float
    """Share of the query's words, by rarity, that it covers better than what was chosen before it."""
    label: float
    """The odds that its label is the query's, where no example chosen before it has the label; else 0."""
    score: float
    """What it added to the choice: the sum of these, weighted. Only to be compared within one choice."""
