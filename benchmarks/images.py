"""How long a hundred screenshots take: opened, compared, chosen among and drawn smaller, new and seen before.

usage: python -m benchmarks.images [--count 100] [--kind PNG] [--budget 0.25] [--model M] [--json]
"""

import argparse
import json
import time
from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw

from agentcompress import Compressor
from agentcompress.tokens import RequestCounter

_SIZE = (1_920, 1_080)
_LINES, _HEIGHT = 40, 24


def screenshot(number: int, kind: str) -> str:
    """A screen full of text in windows, as a data URI; every fifth is the one before it again."""
    rng = np.random.default_rng(number - (number % 5 == 4))
    picture = PIL.Image.new("RGB", _SIZE, (32, 48, 72))
    draw = PIL.ImageDraw.Draw(picture)
    for _ in range(3):
        left, top = int(rng.integers(0, 900)), int(rng.integers(0, 100))
        draw.rectangle((left, top, left + 900, top + 960), fill=tuple(map(int, rng.integers(200, 256, 3))))
        for line in range(_LINES):
            words = " ".join(f"{word:05x}" for word in rng.integers(0, 2**20, 14))
            draw.text((left + 20, top + 10 + line * _HEIGHT), words, fill=(20, 20, 20))
    buffer = BytesIO()
    picture.save(buffer, kind)
    return f"data:image/{kind.lower()};base64,{b64encode(buffer.getvalue()).decode('ascii')}"


def run(count: int, kind: str) -> list[dict[str, Any]]:
    """An agent that gets one screen a step."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Find the invoice of May and open it."}]
    for step in range(count):
        call = {"id": f"c{step}", "type": "function", "function": {"name": "click", "arguments": "{}"}}
        image = {"type": "image_url", "image_url": {"url": screenshot(step, kind)}}
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"c{step}", "content": [image]})
    return messages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--kind", choices=("PNG", "JPEG", "WEBP"), default="PNG")
    parser.add_argument("--budget", type=float, default=0.25, help="share of the images' tokens")
    parser.add_argument("--model", default="claude-sonnet-4-5", help="prices the images")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    messages = run(options.count, options.kind)
    counter = RequestCounter.for_model(None, image_model=options.model)
    tokens = Compressor(10**9, counter=counter).compress(messages).tokens_before
    compressor = Compressor(int(options.budget * tokens), counter=counter)
    seconds, cpu = [], []
    for _ in ("cold", "warm"):
        start, worked = time.perf_counter(), time.process_time()
        result = compressor.compress(messages)
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - worked)
    figures = {
        "images": options.count,
        "tokens before": tokens,
        "tokens after": result.tokens_after,
        "cold s": round(seconds[0], 2),
        "cold CPU s": round(cpu[0], 2),
        "warm ms": round(1_000 * seconds[1], 1),
    }
    if options.json:
        print(json.dumps(figures))
        return
    print("".join(f"{name} {value:,}  " for name, value in figures.items()))


if __name__ == "__main__":
    main()
