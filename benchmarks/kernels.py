"""How long the merging kernels take, and how much memory, one thread unless told otherwise.

usage: python -m benchmarks.kernels [--rows 1000 10000] [--dimensions 256] [--threads 1] [--device cpu]
"""

import argparse
import json
import resource
import time
from collections.abc import Callable

import torch
from torch import Tensor

from agentcompress.kernels import Merged, bipartite_soft_matching, dense_clusters

KERNELS: dict[str, tuple[Callable[[Tensor], Merged], float]] = {
    "bipartite_soft_matching, r = rows / 4": (
        lambda rows: bipartite_soft_matching(rows, r=len(rows) // 4),
        1 / 4,
    ),
    "dense_clusters, threshold 0.9": (lambda rows: dense_clusters(rows, threshold=0.9), 1.0),
}
"""Each kernel, and which share of all pairs of rows it compares at least."""


def material(rows: int, dimensions: int, device: str) -> Tensor:
    """Unit vectors of which about half have near neighbours; the same on every run."""
    generator = torch.Generator().manual_seed(rows)
    centres = torch.randn(max(1, rows // 20), dimensions, generator=generator)
    near = centres[torch.randint(len(centres), (rows // 2,), generator=generator)]
    near = near + 0.2 * torch.randn(near.shape, generator=generator)
    alone = torch.randn(rows - len(near), dimensions, generator=generator)
    return torch.nn.functional.normalize(torch.cat([near, alone]), dim=1).to(device)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    seconds: dict[str, dict[int, float]] = {name: {} for name in KERNELS}
    for rows in options.rows:
        vectors = material(rows, options.dimensions, options.device)
        for name, (kernel, _) in KERNELS.items():
            kernel(vectors[:100])
            start = time.perf_counter()
            merged = kernel(vectors)
            clusters = int(merged.source.max()) + 1  # waits for the device
            seconds[name][rows] = round(time.perf_counter() - start, 4)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{name:38} {rows:8,} rows → {clusters:7,}   {seconds[name][rows]:9.3f} s   peak {peak:,} MB"
            )
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
