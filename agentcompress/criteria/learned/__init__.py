"""A criterion that learned from recorded runs."""

from .criterion import DEFAULT_WEIGHTS, LearnedCriterion
from .features import AtomFeatures, atom_features
from .weights import LearnedWeights

__all__ = ["DEFAULT_WEIGHTS", "AtomFeatures", "LearnedCriterion", "LearnedWeights", "atom_features"]
