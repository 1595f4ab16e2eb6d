"""Frames described patch by patch, compared and merged: the same on every device."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from agentcompress.kernels import changed, dense_clusters, patch_features, representatives

COUNT, HEIGHT, WIDTH = 100, 1_080, 1_920
_SCENE, _CELL, _SQUARE = 10, 20, 120
"""Frames of a scene, pixels of a cell of its picture, and of the side of what moves in it."""
OPERATIONS = 40
"""On each pixel: grey, five differences, and the sums of eight planes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decisions:
    """What is found out about frames."""

    features: Tensor
    """Of each patch, shape (frames, rows, columns, 8)."""
    changes: Tensor
    """How many patches differ from the frame before, shape (frames - 1,)."""
    newest: Tensor
    """The newest frame that shows the same as each, shape (frames,)."""
    scenes: Tensor
    """The cluster of each frame, shape (frames,)."""
    shown: Tensor
    """The frame that stands for each cluster, shape (clusters,)."""

    def tensors(self) -> Iterator[Tensor]:
        """All of it, on the CPU."""
        yield from (getattr(self, name).cpu() for name in self.__slots__)

    def same(self, other: "Decisions") -> bool:
        """Whether both are the same to the last digit."""
        return all(map(torch.equal, self.tensors(), other.tensors()))


def film(count: int = COUNT) -> Tensor:
    """Scenes in which a square moves, every fifth frame the one before again; uint8, on the CPU."""
    generator = torch.Generator().manual_seed(count)
    rows, columns = -(-HEIGHT // _CELL), -(-WIDTH // _CELL)
    frames = torch.empty((count, 3, HEIGHT, WIDTH), dtype=torch.uint8)
    for number in range(count):
        if number % _SCENE == 0:
            cells = torch.randint(0, 256, (3, rows, columns), generator=generator, dtype=torch.uint8)
            scene = cells.repeat_interleave(_CELL, 1).repeat_interleave(_CELL, 2)[:, :HEIGHT, :WIDTH]
        place = 40 * (number - (number % 5 == 4)) % (HEIGHT - _SQUARE)
        frames[number] = scene
        frames[number, :, place : place + _SQUARE, place : place + _SQUARE] = 255 - number % 5 // 4
    return frames


def decided(frames: Tensor, device: torch.device, chunk: int = 4) -> Decisions:
    """What is found out about frames on a device; they are copied there first.

    Args:
        frames: Shape (frames, 3, height, width), on the CPU.
        device: Where to compute.
        chunk: Frames described at once.
    """
    features = patch_features(frames.to(device), chunk=chunk)
    same = torch.stack([~changed(one, features).flatten(1).any(dim=1) for one in features])
    numbers = torch.arange(len(features), device=device)
    patches = features.flatten(1, 2).float()
    vectors = (patches * patches.shape[1] - patches.sum(dim=1, keepdim=True)).flatten(1)
    merged = dense_clusters(vectors, threshold=0.9)
    return Decisions(
        features=features,
        changes=changed(features[1:], features[:-1]).flatten(1).sum(dim=1),
        newest=torch.where(same, numbers, -1).amax(dim=1),
        scenes=merged.source,
        shown=representatives(vectors, merged),
    )
