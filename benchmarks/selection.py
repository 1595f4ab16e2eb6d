"""How long choosing alone takes: a quarter of the tokens of so many elements, each size in its own process.

usage: python -m benchmarks.selection [--sizes 10000 100000 1000000]
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context

import numpy as np

from agentcompress.strategies import PruneStrategy

from .agreement import context_of
from .segmenters import memory

SHARE = 0.25
"""Of all tokens, what may be shown."""
TARGETS = {10_000: 0.1, 100_000: 2.0}
"""Seconds on a processor that choosing among so many elements may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One choice."""

    elements: int
    """Among how many."""
    shown: int
    """How many of them are shown."""
    processor: float
    """Seconds on a processor, the fastest of some."""
    wall: float
    """Seconds that passed, the fastest of some."""
    certificate: float
    """Share of the best possible value that it is sure to have."""
    peak: float
    """MB that the process held at most."""
    above: float
    """MB of these that were not in use before."""


def measured(elements: int, times: int) -> Row:
    """The kernel of the default strategy on made-up logs, records and code with random scores."""
    context = context_of(elements)
    scores = np.random.default_rng(1).random(elements, dtype=np.float32)
    budget = int(SHARE * sum(segment.tokens for segment in context.segments))
    before = memory("VmRSS")
    processor, wall = [], []
    for _ in range(times):
        started = time.perf_counter(), time.process_time()
        selection = PruneStrategy().select(context, scores, budget)
        wall.append(time.perf_counter() - started[0])
        processor.append(time.process_time() - started[1])
    return Row(
        elements=elements,
        shown=len(selection.renditions),
        processor=round(min(processor), 4),
        wall=round(min(wall), 4),
        certificate=round(selection.certificate or 0.0, 4),
        peak=memory("VmHWM"),
        above=memory("VmHWM") - before,
    )


def said(row: Row) -> str:
    """One line of the table."""
    target = TARGETS.get(row.elements)
    return (
        f"{row.elements:9,} elements → {row.shown:7,} shown   {row.processor:7.3f} s on a processor"
        f"{'' if target is None else f' (target {target} s)'}   {row.wall:7.3f} s in all   "
        f"certificate {row.certificate:.4f}   peak {row.peak:5.0f} MB, {row.above:4.0f} MB above the elements"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options = parser.parse_args()
    rows = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for elements in options.sizes:
            row = pool.submit(measured, elements, 1 if elements > 100_000 else 3).result()
            rows.append(row)
            print(said(row), flush=True)
    print(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    main()
