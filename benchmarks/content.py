"""What the content types make of recorded tool outputs: what they are, how fast they are cut, what is saved.

usage: python -m benchmarks.content DATA.jsonl.gz…
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agentcompress.evaluation.reading import TrajectoryReader
from agentcompress.segmenters import default_segmenter
from agentcompress.tokens import default_counter
from agentcompress.values import Cut, atoms_of

COUNTER = default_counter()
SEGMENTER = default_segmenter()


def outputs(path: str) -> Iterator[str]:
    """Every text of every tool message of a file of trajectories."""
    for trajectory in TrajectoryReader(path):
        for message in trajectory.views:
            if message.role == "tool":
                yield from (part.text for part in message.parts if part.kind == "text" and part.text)


def problems(text: str, cut: Cut) -> Iterator[str]:
    """What is wrong with a cut; nothing should be."""
    bounds = [0, *(piece.end for piece in cut.pieces)]
    if [piece.start for piece in cut.pieces] != bounds[:-1] or bounds[-1] != len(text):
        yield "no round trip"
    for piece in cut.pieces:
        start, end = piece.core or (piece.start, piece.end)
        forms = [text[start:end], *piece.condensed]
        costs = COUNTER.count_many(forms)
        if any(cheap >= dear for dear, cheap in pairwise(costs)):
            yield "condensed costs no less"
        if any(set(atoms_of(small)) - set(atoms_of(large)) for large, small in pairwise(forms)):
            yield "condensed shows more"


def main() -> None:
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    seconds: defaultdict[str, float] = defaultdict(float)
    faults: Counter[str] = Counter()
    for path in sys.argv[1:]:
        source = Path(path).name.split(".")[0]
        for text in outputs(path):
            segmenter = SEGMENTER.segmenter(text)
            kind = type(segmenter).__name__.removesuffix("Segmenter")
            start = time.perf_counter()
            cut = SEGMENTER.cut(text)
            seconds[kind] += time.perf_counter() - start
            short = SEGMENTER.compact(text)
            before, after = COUNTER.count_many([text, short])
            faults.update(problems(text, cut))
            faults["atoms lost by compact"] += len(set(atoms_of(text)) - set(atoms_of(short)))
            condensed = sum(len(piece.condensed) for piece in cut.pieces)
            for row in (rows[source, "all"], rows[source, kind], rows["all", kind], rows["all", "all"]):
                row.update(outputs=1, pieces=len(cut.pieces), condensed=condensed)
                row.update(before=before, after=min(before, after))
    columns = "source", "type", "outputs", "tokens", "pieces", "smaller forms", "lossless saves", "M tokens/s"
    table = Table(*columns)
    for (source, kind), row in sorted(rows.items()):
        speed = f"{row['before'] / seconds[kind] / 1e6:.1f}" if source == "all" and kind != "all" else ""
        table.add_row(
            source,
            kind,
            str(row["outputs"]),
            f"{row['before']:,}",
            f"{row['pieces']:,}",
            f"{row['condensed']:,}",
            f"{1 - row['after'] / max(1, row['before']):.1%}",
            speed,
        )
    Console(width=120).print(table)
    print(dict(faults) or "no faults")


if __name__ == "__main__":
    main()
