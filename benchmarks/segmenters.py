"""How fast each content type is cut on one core, and what the largest texts take.

usage: python -m benchmarks.segmenters [--large]
"""

import argparse
import random
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from agentcompress.segmenters import (
    CodeSegmenter,
    HtmlSegmenter,
    JsonSegmenter,
    LogSegmenter,
    ProseSegmenter,
    default_segmenter,
)
from agentcompress.tokens import default_counter
from agentcompress.values import Segmenter

from .material import log, records, sources

WORDS = [
    "the",
    "a",
    "harbour",
    "pilot",
    "met",
    "in",
    "spring",
    "long",
    "rain",
    "wrote",
    "down",
    "each",
    "ship",
]


def prose(rng: random.Random, sentences: int) -> str:
    """Paragraphs of made-up sentences."""
    lines = [" ".join(rng.choices(WORDS, k=rng.randint(6, 24))).capitalize() + "." for _ in range(sentences)]
    return "\n\n".join(" ".join(lines[start : start + 5]) for start in range(0, len(lines), 5))


def page(rng: random.Random, rows: int) -> str:
    """A page of cards and links."""
    cards = (
        f'<div class="card col-{rng.randint(1, 6)}" id="item-{i}"><h3>{rng.choice(WORDS)} {i}</h3>\n'
        f"<p>{' '.join(rng.choices(WORDS, k=14))}</p>\n"
        f'<a class="btn" href="/shop/{rng.choice(WORDS)}/{i}">Buy</a></div>\n'
        for i in range(rows)
    )
    return f"<!doctype html>\n<html><body>\n{''.join(cards)}</body></html>"


def code(rng: random.Random, count: int) -> str:
    """Python files one behind the other."""
    return "\n".join(sources(rng, count))


def numbered(rng: random.Random, count: int) -> str:
    """The same as a listing with line numbers."""
    return "".join(f"{i:6}\t{line}\n" for i, line in enumerate(code(rng, count).split("\n"), 1))


Material = tuple[Segmenter, Callable[[random.Random], str]]
TYPES: dict[str, Material] = {
    "log": (LogSegmenter(), lambda rng: log(rng, 20_000)),
    "prose": (ProseSegmenter(), lambda rng: prose(rng, 20_000)),
    "JSON": (JsonSegmenter(), lambda rng: records(rng, 12_000)),
    "code": (CodeSegmenter(), lambda rng: code(rng, 12)[:900_000]),
    "numbered code": (CodeSegmenter(), lambda rng: numbered(rng, 12)[:900_000]),
    "HTML": (HtmlSegmenter(), lambda rng: page(rng, 12_000)),
}
LARGE: dict[str, Material] = {
    "JSON, one line of 20 MB": (default_segmenter(), lambda rng: records(rng, 145_000)),
    "log, 1 M lines": (default_segmenter(), lambda rng: log(rng, 1_000_000)),
    "minified bundle, 5 MB": (
        default_segmenter(),
        lambda rng: "function f(a,b){return a.x+b['y']};" * 150_000,
    ),
}


def measured(name: str, segmenter: Segmenter, text: str, times: int) -> str:
    """A line on how long cutting a text takes, and how much memory on top of what was in use."""
    segmenter.cut(text[:20_000])  # loads grammars
    tokens = default_counter().count(text[:2_000_000]) * max(1.0, len(text) / 2_000_000)
    before = memory("VmRSS")
    took = []
    for _ in range(times):
        start = time.process_time()
        pieces = len(segmenter.cut(text).pieces)
        took.append(time.process_time() - start)
    peak = memory("VmHWM")
    return (
        f"{name:26} {len(text) / 1e6:6.1f} MB {pieces:6} pieces "
        f"{min(took):6.2f} s {tokens / min(took) / 1e6:5.2f} M tokens/s "
        f"peak {peak:5.0f} MB, {peak - before:4.0f} MB above what was in use before"
    )


def memory(field: str) -> float:
    """What this process holds (`VmRSS`) or held at most (`VmHWM`), in MB, as Linux counts it.

    The peak of `getrusage` would include what the process that started this one held.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split(f"{field}:")[1].split()[0]) / 1024


def measured_alone(name: str, path: Path) -> str:
    """The line on a large text in a file, for a process that has done nothing else."""
    with path.open(encoding="utf-8", newline="") as file:
        return measured(name, LARGE[name][0], file.read(), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also 20 MB of JSON, a log of a million lines")
    options = parser.parse_args()
    for name, (segmenter, make) in TYPES.items():
        print(measured(name, segmenter, make(random.Random(2)), 3), flush=True)
    if not options.large:
        return
    with (
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool,
    ):
        path = Path(folder, "text")
        for name, (_, make) in LARGE.items():
            path.write_text(make(random.Random(2)), encoding="utf-8", newline="")
            print(pool.submit(measured_alone, name, path).result(), flush=True)


if __name__ == "__main__":
    main()
