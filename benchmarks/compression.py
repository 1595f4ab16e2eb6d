"""How long one compression takes: fresh content, the same request again, one more result.

usage: python -m benchmarks.compression [--tokens 200000] [--runs 5]
"""

import argparse
import json
import statistics
import time
from typing import Any

from agentcompress import Compressor
from agentcompress.tokens import default_counter

from .material import conversation


def timed(compressor: Compressor, messages: list[dict[str, Any]]) -> float:
    """Milliseconds of one compression."""
    start = time.perf_counter()
    compressor.compress(messages)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    count = default_counter().count
    Compressor(1_000).compress(conversation(2_000, count, seed=10**6))  # loads encoder and vocabulary
    fresh, again, extended = [], [], []
    for seed in range(options.runs):
        messages = conversation(options.tokens, count, seed=seed)
        compressor = Compressor(options.tokens // 4)
        fresh.append(timed(compressor, messages[:-2]))
        again.append(timed(compressor, messages[:-2]))
        extended.append(timed(compressor, messages))
    rows = {"fresh": fresh, "same request again": again, "one more result, planned anew": extended}
    for name, times in rows.items():
        print(f"{name:30} median {statistics.median(times):8.1f} ms   max {max(times):8.1f} ms")
    print(json.dumps({name: round(statistics.median(times), 1) for name, times in rows.items()}))


if __name__ == "__main__":
    main()
