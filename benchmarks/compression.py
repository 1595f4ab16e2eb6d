"""How long one compression takes, and where: fresh content, the same again, one more result, a long run.

Fresh content under a quarter of its tokens is to take half a second at most, with the static
encoder; a step of a long run whose state holds 100,000 tokens, 25 ms in the median.

usage: python -m benchmarks.compression [--tokens 126000] [--runs 5]
"""

import argparse
import json
import random
import statistics
import time
from typing import Any

from agentcompress import Budget, Compressor
from agentcompress.tokens.counter import TiktokenCounter

from .material import conversation, log
from .stopwatch import REST, STAGES, Stopwatch


def timed(compressor: Compressor, messages: list[dict[str, Any]]) -> float:
    """Milliseconds of one compression."""
    start = time.perf_counter()
    compressor.compress(messages)
    return (time.perf_counter() - start) * 1000


def steps(messages: list[dict[str, Any]], budget: int, number: int = 24) -> list[float]:
    """Milliseconds of each call of a long run that adds a result of some 2,000 tokens before each."""
    rng = random.Random(0)
    compressor = Compressor(Budget.for_long_run(budget), encoder="static")
    plan = compressor.compress(messages).plan
    times = []
    for step in range(number):
        call = {"name": "inspect", "arguments": json.dumps({"source": f"late-{step}"})}
        called = [{"id": f"late_{step}", "type": "function", "function": call}]
        messages = [
            *messages,
            {"role": "assistant", "content": "", "tool_calls": called},
            {"role": "tool", "tool_call_id": f"late_{step}", "content": log(rng, 56)},
        ]
        start = time.perf_counter()
        plan = compressor.compress(messages, plan=plan).plan
        times.append((time.perf_counter() - start) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=126_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    count = TiktokenCounter().count  # one of its own, so that nothing is known beforehand
    Compressor(1_000, encoder="static").compress(conversation(2_000, count, seed=10**6))  # loads vocabularies
    fresh, again, extended, running = [], [], [], []
    watch = Stopwatch()
    for seed in range(options.runs):
        messages = conversation(options.tokens, count, seed=seed)
        compressor = Compressor(options.tokens // 4, encoder="static")
        fresh.append(timed(compressor, messages[:-2]))
        again.append(timed(compressor, messages[:-2]))
        extended.append(timed(compressor, messages))
        running += steps(conversation(100_000, count, seed=seed), budget=32_000)
        other = conversation(options.tokens, count, seed=options.runs + seed)[:-2]
        with watch.running():
            Compressor(options.tokens // 4, encoder="static").compress(other)
    rows = {"fresh": fresh, "same request again": again, "one more result, planned anew": extended}
    rows["step of a long run, evictions too"] = running
    for name, times in rows.items():
        print(f"{name:34} median {statistics.median(times):8.1f} ms   max {max(times):8.1f} ms")
    print("of fresh content:")
    total = sum(watch.seconds.values())
    for stage in (*STAGES, REST):
        seconds = watch.seconds[stage]
        print(f"  {stage:28} mean {1000 * seconds / options.runs:10.1f} ms   {seconds / total:6.1%}")
    print(json.dumps({name: round(statistics.median(times), 1) for name, times in rows.items()}))


if __name__ == "__main__":
    main()
