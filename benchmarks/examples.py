"""How long a pool of examples takes to build, and a choice among them.

usage: python -m benchmarks.examples [--examples 1000000] [--queries 100] [--budget 200]

Examples are made: requests of some ten words from templates, names and numbers drawn by seed, with
Zipf's law for the rarer words; a million take some 6 GB of memory.
"""

import argparse
import json
import random
import resource
import statistics
import time
from collections.abc import Iterator

from langchain_core.prompts import PromptTemplate

from agentcompress import BudgetedExampleSelector

_VERBS = ("book", "play", "find", "cancel", "move", "rate", "call", "send", "order", "open", "check", "pay")
_KINDS = 150
"""Labels."""
_RARE = 60_000
"""Different names."""


def requests(count: int, seed: int) -> Iterator[dict[str, str]]:
    """Short requests with labels."""
    rng = random.Random(seed)
    for _ in range(count):
        kind = rng.randrange(_KINDS)
        verb, thing = _VERBS[kind % len(_VERBS)], f"{_KIND_WORDS[kind % 30]} {_KIND_WORDS[30 + kind // 3]}"
        name = _name(min(_RARE, int(rng.paretovariate(0.6))))
        start = rng.choice(("can you", "please", "i want to", "how do i", "would you", "i need to"))
        end = rng.choice(
            ("for me", "today", "next week", f"at {rng.randrange(24)}", "as soon as you can", "")
        )
        yield {
            "text": f"{start} {verb} the {thing} of {name} {rng.randrange(10**6)} {end}".strip(),
            "label": f"{verb}_{kind}",
        }


def _name(number: int) -> str:
    rng = random.Random(number)
    return "".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(3 + number % 3))


_KIND_WORDS = [_name(-number - 1) for number in range(100)]


def main() -> None:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--examples", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--budget", type=int, default=200)
    options = parser.parse_args()
    examples = list(requests(options.examples, seed=0))
    start, before = time.perf_counter(), time.process_time()
    selector = BudgetedExampleSelector(
        examples,
        budget=options.budget,
        input_keys=["text"],
        label_key="label",
        example_prompt=PromptTemplate.from_template("{text}\n{label}"),
        encoder="static",
    )
    built = time.perf_counter() - start
    worked_before = time.process_time() - before
    start = time.perf_counter()
    queries = list(requests(options.queries + 1, seed=1))
    selector.select(queries.pop())
    first = time.perf_counter() - start
    times, shown, right = [], 0, 0
    worked = time.process_time()
    for query in queries:
        start = time.perf_counter()
        chosen = selector.select(query)
        times.append(1_000 * (time.perf_counter() - start))
        shown += len(chosen)
        right += any(one.example["label"] == query["label"] for one in chosen)
    worked = 1_000 * (time.process_time() - worked)
    times.sort()
    figures = {
        "examples": len(selector),
        "build s": round(built, 1),
        "build s of processor time": round(worked_before, 1),
        "first choice s, with the index": round(first, 1),
        "p50 ms": round(statistics.median(times), 1),
        "p95 ms": round(times[int(0.95 * len(times))], 1),
        "mean ms of processor time": round(worked / len(queries), 1),
        "shown": round(shown / len(queries), 1),
        "right label shown": round(right / len(queries), 3),
        "peak memory GB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 1),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
