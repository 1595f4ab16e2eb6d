"""Kernels: pure functions on tensors, CPU or CUDA, in memory linear in the rows."""

from .clusters import dense_clusters
from .matching import bipartite_soft_matching
from .merged import Merged, merged_into, representatives
from .patches import changed, patch_features

__all__ = [
    "Merged",
    "bipartite_soft_matching",
    "changed",
    "dense_clusters",
    "merged_into",
    "patch_features",
    "representatives",
]
