"""Merging by matching: the most similar pairs between two halves."""

from typing import TYPE_CHECKING

from .cosines import CHUNK, on_grid, tiles
from .merged import Merged, checked, merged_into

if TYPE_CHECKING:
    from torch import Tensor


def bipartite_soft_matching(
    vectors: "Tensor", sizes: "Tensor | None" = None, *, r: int, chunk: int = CHUNK
) -> Merged:
    """Merges r rows into others, with no iteration: rows of even position into rows of odd position.

    Each row of the first half proposes the most similar row of the second; the r best
    proposals are merged, several into one where they agree. Ties go by position.

    Source: Bolya et al., "Token Merging: Your ViT But Faster" (ICLR 2023), algorithm of
    section 3.2 with cosine similarity and proportional sizes.

    Args:
        vectors: Shape (rows, dimensions), float32 or bfloat16, CPU or CUDA.
        sizes: How much each row stands for, float32, shape (rows,), positive; None is one each.
        r: How many rows to merge away, at most half of them.
        chunk: Rows compared at once; sets the memory, chunk by chunk, not the result.

    Raises:
        ValueError: `r` lies outside [0, rows // 2], or shapes do not fit.
    """
    import torch

    sizes = checked(vectors, sizes, chunk)
    count = len(vectors)
    if not 0 <= r <= count // 2:
        raise ValueError(f"r must lie in [0, {count // 2}] for {count} rows, got {r}")
    target = torch.arange(count, device=vectors.device)
    if r:
        directions = on_grid(vectors)
        best = [_nearest(rows, directions[1::2], chunk) for rows in torch.split(directions[::2], chunk)]
        similarity = torch.cat([values for values, _ in best])
        partner = torch.cat([indices for _, indices in best])
        chosen = similarity.sort(descending=True, stable=True).indices[:r]
        target[2 * chosen] = 2 * partner[chosen] + 1
    return merged_into(vectors, sizes, target)


def _nearest(rows: "Tensor", others: "Tensor", chunk: int) -> tuple["Tensor", "Tensor"]:
    """Cosine with the nearest of the others and its index, the first of equals; shapes (rows,)."""
    import torch

    best = torch.full((len(rows),), -2.0, device=rows.device)
    partner = torch.zeros(len(rows), dtype=torch.int64, device=rows.device)
    for columns, similar in tiles(rows, others, chunk):
        values, indices = similar.max(dim=1)
        better = values > best
        best = torch.where(better, values, best)
        partner = torch.where(better, indices + columns.start, partner)
    return best, partner
