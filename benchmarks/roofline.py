"""What a device can do at best: the floor under every time that is measured on it."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

_REPEATS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Roofline:
    """Speeds of one device, measured on the spot: the fastest matrix product and the fastest copy."""

    device: torch.device
    """The device."""
    dtype: torch.dtype
    """What it computes in."""
    flops: float
    """Floating-point operations a second."""
    bandwidth: float
    """Bytes a second, read or written."""

    def floor(self, *, flops: float, moved: float) -> float:
        """Milliseconds below which so many operations and bytes cannot go (Williams et al. 2009)."""
        return 1000 * max(flops / self.flops, moved / self.bandwidth)


def measured(device: torch.device, dtype: torch.dtype) -> Roofline:
    """The roofline of a device."""
    on_gpu = device.type == "cuda"
    side, length = (8_192, 2**29) if on_gpu else (1_024, 2**25)
    left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    source = torch.zeros(length, dtype=torch.float32, device=device)
    target = torch.empty_like(source)
    product = fastest(lambda: left @ right, device)
    copy = fastest(lambda: target.copy_(source), device)
    return Roofline(
        device=device,
        dtype=dtype,
        flops=2 * side**3 / product,
        bandwidth=2 * source.nbytes / copy,
    )


def fastest(call: Callable[[], object], device: torch.device) -> float:
    """Seconds of the fastest of some calls, the first left out."""
    return min(_times(call, device))


def usual(call: Callable[[], object], device: torch.device) -> float:
    """Milliseconds of the middle one of some calls, the first left out."""
    return 1000 * statistics.median(_times(call, device))


def _times(call: Callable[[], object], device: torch.device) -> list[float]:
    times = []
    for _ in range(_REPEATS + 1):
        start = time.perf_counter()
        call()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - start)
    return times[1:]
