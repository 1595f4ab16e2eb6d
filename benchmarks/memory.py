"""How fast FaissStore finds, beside LangGraph's own stores, and how often it finds what is nearest.

usage: python -m benchmarks.memory [--items 50000] [--dimensions 384] [--queries 200] [--alone] [--filters]

SqliteStore needs a Python whose sqlite3 loads extensions; where it does not, it is left out. With
`--items 1000000 --alone` it says how long a large store takes to open (some 8 GB of memory, 4 GB of disk).
"""

import argparse
import json
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from langgraph.store.base import BaseStore, IndexConfig, PutOp
from langgraph.store.memory import InMemoryStore

from agentcompress.memory import FaissStore
from agentcompress.values import Vectors

_AT_ONCE = 1_000
_SPACES = 100


class Material:
    """Vectors as texts on some subjects have them: clusters around directions, and noise in all dimensions.

    A text is the number of its vector; from `items` on they are queries, which are no item's vector.
    """

    def __init__(self, items: int, queries: int, dimensions: int) -> None:
        rng = np.random.default_rng(0)
        self.items = items
        self.dimensions = dimensions
        subjects = rng.normal(size=(max(1, items // 50), dimensions)).astype(np.float32)
        self.vectors: Vectors = subjects[rng.integers(len(subjects), size=items + queries)]
        for start in range(0, len(self.vectors), 50_000):
            part = self.vectors[start : start + 50_000]
            part += 0.8 * rng.normal(size=part.shape).astype(np.float32)
            part /= np.linalg.norm(part, axis=1, keepdims=True)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The vectors of some texts."""
        vectors: list[list[float]] = self.vectors[[int(text) for text in texts]].tolist()
        return vectors

    @property
    def index(self) -> IndexConfig:
        """What a store is told of them."""
        return IndexConfig(dims=self.dimensions, embed=self.embed, fields=["text"])

    def fill(self, store: BaseStore) -> float:
        """Puts all items; returns seconds."""
        start = time.perf_counter()
        for first in range(0, self.items, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, self.items))
            store.batch(
                [
                    PutOp(("bench", str(n % _SPACES)), str(n), {"text": str(n), "tenth": n % 10 == 0})
                    for n in numbers
                ]
            )
        return time.perf_counter() - start

    def nearest(self, query: int) -> set[str]:
        """The keys of the ten that are nearest to a query."""
        scores = self.vectors[: self.items] @ self.vectors[query]
        return {str(each) for each in np.argpartition(-scores, 10)[:10]}


def measure(store: BaseStore, material: Material, queries: int, **search: Any) -> dict[str, float]:
    """Milliseconds of searches for ten items, and how many of the nearest are among them."""
    times, hits = [], 0
    asked = range(material.items, material.items + queries)
    store.search(("bench",), query=str(asked[0]))
    for query in asked:
        start = time.perf_counter()
        found = store.search(search.get("prefix", ()), query=str(query), filter=search.get("filter"))
        times.append(1_000 * (time.perf_counter() - start))
        if not search:
            hits += len({item.key for item in found} & material.nearest(query))
    times.sort()
    figures = {"p50 ms": statistics.median(times), "p95 ms": times[int(0.95 * len(times))]}
    return figures if search else {**figures, "recall@10": hits / (10 * queries)}


def report(name: str, figures: dict[str, float]) -> None:
    print(f"{name:40}" + "".join(f"  {key} {value:9.3f}" for key, value in figures.items()), flush=True)


@contextmanager
def sqlite_store(path: Path, index: IndexConfig) -> Iterator[BaseStore | None]:
    """LangGraph's own, or None where this Python cannot load what it needs."""
    if not hasattr(sqlite3.Connection, "enable_load_extension"):
        yield None
        return
    from langgraph.store.sqlite import SqliteStore

    config: Any = {**index, "text_fields": index["fields"]}
    with SqliteStore.from_conn_string(str(path), index=config) as store:
        store.setup()
        yield store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--alone", action="store_true", help="FaissStore only")
    parser.add_argument("--filters", action="store_true", help="with prefixes and filters too")
    options = parser.parse_args()
    material = Material(options.items, options.queries, options.dimensions)
    results: dict[str, dict[str, float]] = {}

    def compare(name: str, store: BaseStore, queries: int, make: Callable[[], float]) -> None:
        seconds = make()
        results[name] = {**measure(store, material, queries), "fill s": seconds}
        report(name, results[name])

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "agent.db"
        with FaissStore(path, index=material.index) as store:
            seconds = material.fill(store)
        for how in ("opened, index built", "opened, index loaded"):
            start = time.perf_counter()
            with FaissStore(path, index=material.index) as store:
                store.search((), query=str(options.items))
                opened = time.perf_counter() - start
                figures = {**measure(store, material, options.queries), "open s": opened, "fill s": seconds}
                results[f"FaissStore, {how}"] = figures
                report(f"FaissStore, {how}", figures)
                if options.filters:
                    report(
                        "  one namespace of 100",
                        measure(store, material, min(50, options.queries), prefix=("bench", "7")),
                    )
                    report(
                        "  a filter for a tenth",
                        measure(store, material, min(50, options.queries), filter={"tenth": True}),
                    )
                    report("  a filter for nothing", measure(store, material, 3, filter={"tenth": 2}))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        size = sum(each.stat().st_size for each in Path(folder).iterdir()) / 1024**3
        print(
            f"peak memory {peak:.1f} GB, of which the material {material.vectors.nbytes / 1024**3:.1f}; ",
            end="",
        )
        print(f"files {size:.1f} GB")
        if not options.alone:
            with sqlite_store(Path(folder) / "sqlite.db", material.index) as other:
                if other is None:
                    print("SqliteStore: left out, this Python's sqlite3 loads no extensions")
                else:
                    compare("SqliteStore", other, 20, lambda: material.fill(other))
            memory = InMemoryStore(index=material.index)
            compare("InMemoryStore", memory, 5, lambda: material.fill(memory))
    print(json.dumps(results))


if __name__ == "__main__":
    main()
