"""Images for tests: drawn, not stored."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image


def encoded(picture: PIL.Image.Image, kind: str = "PNG", **options: Any) -> str:
    """A picture as a data URI."""
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{b64encode(buffer.getvalue()).decode('ascii')}"


def screen(seed: int, size: tuple[int, int] = (640, 480)) -> PIL.Image.Image:
    """A screen of grey boxes, drawn by seed."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 256, size=(12, 16), dtype=np.uint8)
    return PIL.Image.fromarray(cells).resize(size, PIL.Image.Resampling.NEAREST).convert("RGB")


def block(url: str) -> dict[str, Any]:
    """An image in OpenAI's shape."""
    return {"type": "image_url", "image_url": {"url": url}}


def frames(urls: list[str], text: str = "") -> list[dict[str, Any]]:
    """A run of an agent that gets one screen a step."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Find the settings."}]
    for step, url in enumerate(urls):
        call = {"id": f"c{step}", "type": "function", "function": {"name": "click", "arguments": "{}"}}
        content = [*([{"type": "text", "text": text}] if text else []), block(url)]
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"c{step}", "content": content})
    return messages


def urls_of(messages: list[Any]) -> list[str]:
    """The images that stand in messages, in order."""
    contents = (message["content"] for message in messages if isinstance(message["content"], list))
    return [one["image_url"]["url"] for content in contents for one in content if one["type"] == "image_url"]
