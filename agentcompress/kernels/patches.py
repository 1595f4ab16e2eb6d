"""Frames → what each of their patches looks like, in whole numbers that come out the same on every device."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

PATCH = 16
"""Pixels of a patch in each direction."""
FEATURES = 8
"""Numbers that describe a patch: grey, contrast, four directions of edges, two of colour."""
_CHUNK = 4
"""Frames at a time: some 150 MB of 1920 x 1080 pixels."""
_GREY = (19_595, 38_470, 7_471)
"""Red, green and blue in 1/65,536 of grey (ITU-R 601-2), as Pillow has them."""


def patch_features(frames: "Tensor", *, patch: int = PATCH, chunk: int = _CHUNK) -> "Tensor":
    """What each patch looks like; a patch that reaches over the edge is filled with the last row or column.

    All sums are of whole numbers below 2^24, which float32 holds exactly in any order: so CPU and GPU, one
    frame and many give the same.

    Args:
        frames: RGB, uint8, shape (frames, 3, height, width), CPU or CUDA.
        patch: Pixels of a patch in each direction, 2 to 64.
        chunk: Frames computed at once; sets the memory, not the result.

    Returns:
        int16, shape (frames, rows, columns, 8): mean grey (0 to 255), mean distance from it, mean
        difference between pixels side by side, one below the other and along both diagonals, and how far
        mean blue and mean red lie above grey (-255 to 255).

    Raises:
        ValueError: `frames` has another shape or type, or a setting is out of range.
    """
    import torch

    if frames.ndim != 4 or frames.shape[1] != 3 or frames.dtype != torch.uint8:
        got = f"{frames.dtype} {tuple(frames.shape)}"
        raise ValueError(f"frames must be uint8, shape (frames, 3, height, width), got {got}")
    if not 2 <= patch <= 64:
        raise ValueError(f"patch must lie in [2, 64], got {patch}")
    if chunk < 1:
        raise ValueError(f"chunk must be at least 1, got {chunk}")
    rows, columns = (-(-side // patch) for side in frames.shape[2:])
    found = frames.new_empty((len(frames), rows, columns, FEATURES), dtype=torch.int16)
    for start in range(0, len(frames), chunk):
        found[start : start + chunk] = _features(frames[start : start + chunk], patch)
    return found


def changed(features: "Tensor", others: "Tensor", *, tolerance: int = 8) -> "Tensor":
    """Which patches of two frames look different, bool, shape (…, rows, columns).

    Args:
        features: From `patch_features`, shape (…, rows, columns, 8).
        others: Of the other frames, the same shape or one that broadcasts to it.
        tolerance: Grey levels by which each feature may differ; noise of JPEG stays below 8.
    """
    return ((features.int() - others.int()).abs() > tolerance).any(dim=-1)


def _features(frames: "Tensor", patch: int) -> "Tensor":
    """Those of a few frames, int16, shape (frames, rows, columns, 8)."""
    import torch
    from torch.nn.functional import pad

    height, width = frames.shape[2:]
    colours = frames.float()
    colours = pad(colours, (0, -width % patch, 0, -height % patch), mode="replicate")
    red, green, blue = colours.unbind(dim=1)
    weighted = red * _GREY[0] + green * _GREY[1] + blue * _GREY[2]
    grey = ((weighted + 0x8000) / 0x10000).floor()
    mean = _means(grey, patch)
    level = mean.float().repeat_interleave(patch, dim=1).repeat_interleave(patch, dim=2)
    # One more pixel at the right and the bottom, so that every pixel has all neighbours.
    wide = pad(grey[:, None], (0, 1, 0, 1), mode="replicate")[:, 0]
    here, right, below, across = wide[:, :-1, :-1], wide[:, :-1, 1:], wide[:, 1:, :-1], wide[:, 1:, 1:]
    planes = [grey - level, right - here, below - here, across - here, below - right]
    kinds = [mean, *(_means(plane.abs(), patch) for plane in planes)]
    kinds += [_means(blue, patch) - mean, _means(red, patch) - mean]
    return torch.stack(kinds, dim=-1).to(torch.int16)


def _means(plane: "Tensor", patch: int) -> "Tensor":
    """Mean of each patch, rounded down, shape (frames, rows, columns)."""
    frames, height, width = plane.shape
    # Down first, along whole rows: twice as fast as both at once.
    down = plane.reshape(frames, height // patch, patch, width).sum(dim=2)
    sums = down.reshape(frames, height // patch, width // patch, patch).sum(dim=3)
    # In whole numbers: CUDA divides floats by multiplying with a reciprocal.
    return sums.int().div(patch * patch, rounding_mode="floor")
