"""Mixed tool output to measure on: the same bytes on every run, nothing recorded."""

import json
import random
from pathlib import Path
from typing import Any

_LEVELS = ("INFO", "INFO", "INFO", "DEBUG", "WARNING", "ERROR")


def log(rng: random.Random, lines: int) -> str:
    """A service log with ids, timings and a few errors."""
    return "\n".join(
        f"2026-03-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:07Z "
        f"{rng.choice(_LEVELS)} worker-{rng.randint(1, 16)} request {rng.getrandbits(48):012x} "
        f"finished in {rng.randint(2, 900)} ms with {rng.randint(0, 40)} rows"
        for _ in range(lines)
    )


def records(rng: random.Random, count: int) -> str:
    """A JSON array of orders."""
    return json.dumps(
        [
            {
                "order_id": f"ORD-{rng.randint(10_000, 99_999)}",
                "customer": f"user_{rng.randint(1, 999)}@example.com",
                "total": round(rng.uniform(5, 500), 2),
                "status": rng.choice(["open", "paid", "shipped", "returned"]),
                "items": [f"SKU-{rng.randint(100, 999)}" for _ in range(rng.randint(1, 4))],
            }
            for _ in range(count)
        ]
    )


def sources(rng: random.Random, count: int) -> list[str]:
    """Files of the standard library."""
    files = sorted(path for path in Path(json.__file__).parent.parent.glob("*.py"))
    return [path.read_text(encoding="utf-8", errors="replace") for path in rng.sample(files, count)]


def conversation(tokens: int, count: Any, seed: int = 0) -> list[dict[str, Any]]:
    """An agent's run of about so many tokens, as OpenAI chat messages.

    Args:
        tokens: How large it is to be.
        count: Tokens of a text.
        seed: Varies the content.
    """
    rng = random.Random(seed)
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You find out why orders fail."},
        {
            "role": "user",
            "content": "Why did order ORD-31337 fail? Look at the logs, the orders and the code.",
        },
    ]
    total = 0
    step = 0
    while total < tokens:
        texts = [log(rng, 120), records(rng, 60), *sources(rng, 1)]
        for text in texts:
            step += 1
            call = {"name": "inspect", "arguments": json.dumps({"source": f"part-{step:04d}"})}
            messages.append(
                {
                    "role": "assistant",
                    "content": f"Next I look at part-{step:04d}.",
                    "tool_calls": [{"id": f"call_{step}", "type": "function", "function": call}],
                }
            )
            messages.append({"role": "tool", "tool_call_id": f"call_{step}", "content": text})
            total += count(text)
    return messages
