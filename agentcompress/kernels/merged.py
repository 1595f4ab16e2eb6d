"""Rows merged into fewer rows: what every kernel gives back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .cosines import cosines_of_pairs

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merged:
    """Clusters of rows, numbered in the order of the row that each one grew from."""

    vectors: "Tensor"
    """Size-weighted means of the members, float32, shape (clusters, dimensions)."""
    sizes: "Tensor"
    """How much stands in each cluster, float32, shape (clusters,)."""
    source: "Tensor"
    """The cluster of each row, int64, shape (rows,)."""


def merged_into(vectors: "Tensor", sizes: "Tensor", target: "Tensor") -> Merged:
    """Averages the rows that share a target.

    Args:
        vectors: Shape (rows, dimensions).
        sizes: How much each row stands for, shape (rows,).
        target: The row that each row is merged into, int64, shape (rows,); a target is its own.
    """
    import torch

    targets, source = torch.unique(target, return_inverse=True)
    # In double precision the order of the sum, which CUDA leaves open, does not show.
    weights = sizes.double()
    mass = weights.new_zeros(len(targets)).index_add_(0, source, weights)
    sums = weights.new_zeros(len(targets), vectors.shape[1])
    sums.index_add_(0, source, vectors.double() * weights[:, None])
    return Merged(vectors=(sums / mass[:, None]).float(), sizes=mass.float(), source=source)


def representatives(vectors: "Tensor", merged: Merged) -> "Tensor":
    """The member of each cluster that is nearest to its mean; the last one on a tie.

    Args:
        vectors: The rows that were merged, shape (rows, dimensions).
        merged: Their clusters.

    Returns:
        One row a cluster, int64, shape (clusters,).
    """
    nearness = cosines_of_pairs(vectors, merged.vectors, merged.source)
    order = nearness.sort(stable=True).indices
    order = order[merged.source[order].sort(stable=True).indices]
    members = merged.source.bincount(minlength=len(merged.vectors))
    return order[members.cumsum(0) - 1]


def checked(vectors: "Tensor", sizes: "Tensor | None", chunk: int) -> "Tensor":
    """The sizes, one for each row: ones where none are given.

    Raises:
        ValueError: Shapes do not fit, a size is not positive, or `chunk` is below 1.
    """
    if vectors.ndim != 2:
        raise ValueError(f"vectors must have shape (rows, dimensions), got {tuple(vectors.shape)}")
    if chunk < 1:
        raise ValueError(f"chunk must be at least 1, got {chunk}")
    if sizes is None:
        return vectors.new_ones(len(vectors)).float()
    if sizes.shape != vectors.shape[:1]:
        raise ValueError(f"sizes must have shape ({len(vectors)},), got {tuple(sizes.shape)}")
    if not bool((sizes > 0).all()):
        raise ValueError("sizes must be positive")
    return sizes
