"""Cosines that come out the same whatever the chunk, the thread count or the device."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_STEPS = 4_000
"""Steps of the grid from 0 to 1. Products of such whole numbers add up to at most 1.6e7 for unit
rows, which float32 holds exactly in any order of summation; cosines are good to about 0.001."""
CHUNK = 1_024
"""Rows compared at once with as many others: some megabytes, whatever the number of rows."""


def on_grid(vectors: "Tensor") -> "Tensor":
    """Directions in whole numbers, zero rows staying zero.

    Args:
        vectors: Shape (rows, dimensions). Rows in bfloat16 are compared in bfloat16, which
            is faster where the hardware has it and good to about 0.01.

    Returns:
        Shape and dtype of `vectors`; float32 unless that is bfloat16.
    """
    import torch

    rows = torch.nn.functional.normalize(vectors.float(), dim=1)
    rows = (rows * _STEPS).round_()
    return rows.bfloat16() if vectors.dtype == torch.bfloat16 else rows


def cosines(rows: "Tensor", others: "Tensor") -> "Tensor":
    """Cosine of each row with each of the others, float32, shape (rows, others).

    Args:
        rows: From `on_grid`.
        others: From `on_grid`.
    """
    return (rows @ others.T).float().div_(_STEPS**2)


def tiles(rows: "Tensor", others: "Tensor", chunk: int) -> Iterator[tuple[slice, "Tensor"]]:
    """The same, so many of the others at a time: where they stand, and the cosines with them."""
    for start in range(0, len(others), chunk):
        columns = slice(start, start + chunk)
        yield columns, cosines(rows, others[columns])


def cosines_of_pairs(vectors: "Tensor", others: "Tensor", partner: "Tensor") -> "Tensor":
    """Cosine of each vector with the one that is its partner, float32, shape (rows,).

    Args:
        vectors: Shape (rows, dimensions).
        others: Shape (others, dimensions).
        partner: Index into `others`, shape (rows,).
    """
    # Whole numbers again, so the sum is exact.
    products = on_grid(vectors.float()) * on_grid(others)[partner]
    return products.sum(dim=1) / _STEPS**2
