"""Null baselines: other ways to choose, under the same rules of showing."""

from .facility_location import FacilityLocationStrategy
from .floor_random import FloorRandomStrategy
from .marginal_relevance import MarginalRelevanceStrategy
from .relevance import RelevanceStrategy

__all__ = [
    "FacilityLocationStrategy",
    "FloorRandomStrategy",
    "MarginalRelevanceStrategy",
    "RelevanceStrategy",
]
