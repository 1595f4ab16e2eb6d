"""Merging by density: spheres around the rows that have the most around them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .cosines import CHUNK, cosines, on_grid, tiles
from .merged import Merged, checked, merged_into

if TYPE_CHECKING:
    from torch import Tensor


def dense_clusters(
    vectors: "Tensor", sizes: "Tensor | None" = None, *, threshold: float, chunk: int = CHUNK
) -> Merged:
    """Clusters of which every member is close to the densest one.

    A row's density is the size of what lies within the threshold. In order of density,
    ties by position, each row joins the first centre within the threshold, or becomes a
    centre; rows alone stay alone. The number of clusters is not set beforehand.

    Source: sphere exclusion after Taylor (1995) and Butina, "Unsupervised data base
    clustering based on Daylight's fingerprint and Tanimoto similarity" (1999); density
    first, as in Rodriguez & Laio, "Clustering by fast search and find of density peaks"
    (2014).

    Args:
        vectors: Shape (rows, dimensions), float32 or bfloat16, CPU or CUDA.
        sizes: How much each row stands for, float32, shape (rows,), positive; None is one each.
        threshold: Cosine with the centre from which on a row belongs to it.
        chunk: Rows compared at once; sets the memory, chunk by chunk, not the result.

    Raises:
        ValueError: `threshold` is not in (0, 1), or shapes do not fit.
    """
    import torch

    sizes = checked(vectors, sizes, chunk)
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must lie in (0, 1), got {threshold}")
    target = torch.arange(len(vectors), device=vectors.device)
    if len(vectors):
        directions = on_grid(vectors)
        masses = torch.stack([sizes, torch.ones_like(sizes)], dim=1)
        near = [_near(rows, directions, masses, threshold, chunk) for rows in torch.split(directions, chunk)]
        density, count = torch.cat(near).unbind(dim=1)
        order = density.sort(descending=True, stable=True).indices
        for rows, centres in _joined(directions, order[count[order] > 1], threshold, chunk):
            target[rows] = centres
    return merged_into(vectors, sizes, target)


def _near(rows: "Tensor", others: "Tensor", masses: "Tensor", threshold: float, chunk: int) -> "Tensor":
    """What lies within the threshold of each row, summed: shape (rows, masses.shape[1])."""
    total = masses.new_zeros(len(rows), masses.shape[1])
    for columns, similar in tiles(rows, others, chunk):
        total += (similar >= threshold).float() @ masses[columns]
    return total


def _joined(
    directions: "Tensor", order: "Tensor", threshold: float, chunk: int
) -> Iterator[tuple["Tensor", "Tensor"]]:
    """Rows in order, a chunk at a time, with the centre that each one joins."""
    import torch

    centres = order[:0]
    for rows in torch.split(order, chunk):
        first = _first_within(directions[rows], directions[centres], threshold, chunk)
        found = first >= 0
        yield rows[found], centres[first[found]]
        free = rows[~found]
        joins = _within(cosines(directions[free], directions[free]) >= threshold)
        yield free, free[joins]
        centres = torch.cat([centres, free[torch.unique(joins)]])


def _first_within(rows: "Tensor", centres: "Tensor", threshold: float, chunk: int) -> "Tensor":
    """Index of the first centre within the threshold of each row, -1 for none; shape (rows,)."""
    import torch

    first = torch.full((len(rows),), -1, device=rows.device)
    for columns, similar in tiles(rows, centres, chunk):
        near, index = (similar >= threshold).max(dim=1)
        first = torch.where((first < 0) & near, index + columns.start, first)
    return first


def _within(near: "Tensor") -> "Tensor":
    """The same among a few rows: index of the first centre near each, shape (rows,).

    Args:
        near: Which rows are near which, bool, shape (rows, rows).
    """
    import torch

    table = near.cpu().numpy()
    joins = np.full(len(table), -1)
    for row, close in enumerate(table):
        if joins[row] < 0:
            joins[close & (joins < 0)] = row
            joins[row] = row  # whatever rounding makes of its cosine with itself
    return torch.from_numpy(joins).to(near.device)
