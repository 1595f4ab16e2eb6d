"""Content blocks of the known providers, shared by the codecs."""

import json
from collections.abc import Mapping
from typing import Any

from agentcompress.errors import UnsupportedContentError
from agentcompress.values import Image, Part

_CALLS = {"tool_use", "tool_call", "function_call", "server_tool_use", "input_json_delta", "tool_call_chunk"}
_REASONING = {"thinking", "reasoning", "redacted_thinking", "reasoning_content"}
_IMAGES = {"image", "image_url", "input_image"}


def read_content(content: Any) -> tuple[Part, ...]:
    """A message's content, text or blocks, as parts.

    Raises:
        UnsupportedContentError: It is neither text nor a list of blocks.
    """
    if content is None or content == []:
        return ()
    if isinstance(content, str):
        return (Part(kind="text", text=content),)
    if not isinstance(content, list):
        raise UnsupportedContentError(
            f"content must be text or a list of blocks, got {type(content).__name__}"
        )
    return tuple(_read_block(block) for block in content)


def write_content(parts: tuple[Part, ...]) -> str | list[Any]:
    """Parts in the form they were read from; blocks that did not change are the same objects."""
    if not parts:
        return ""
    if len(parts) == 1 and parts[0].origin is None:
        return parts[0].text
    return [_write_block(part) for part in parts]


def _read_block(block: Any) -> Part:
    if isinstance(block, str):
        return Part(kind="text", text=block, origin=block)
    if not isinstance(block, Mapping):
        raise UnsupportedContentError(f"a content block must be an object, got {type(block).__name__}")
    kind = block.get("type")
    if kind in ("text", "input_text", "output_text") and isinstance(block.get("text"), str):
        return Part(kind="text", text=block["text"], origin=block)
    if kind in _IMAGES:
        return Part(kind="image", image=_image(block), origin=block)
    if kind in _CALLS:
        return Part(kind="call", origin=block)
    if kind in _REASONING:
        return Part(kind="reasoning", text=_reasoning(block), origin=block)
    return Part(kind="other", text=json.dumps(block, ensure_ascii=False, default=str), origin=block)


def _write_block(part: Part) -> Any:
    if isinstance(part.origin, Mapping):
        return {**part.origin, "text": part.text} if part.kind == "text" else part.origin
    if part.origin is not None and part.kind == "text":
        return part.text
    return {"type": "text", "text": part.text}


def _reasoning(block: Mapping[str, Any]) -> str:
    return next(
        (block[key] for key in ("thinking", "reasoning", "text") if isinstance(block.get(key), str)), ""
    )


def _image(block: Mapping[str, Any]) -> Image:
    """An image in any of the shapes of OpenAI, Anthropic and LangChain."""
    holder = block.get("image_url", block.get("source", block))
    fields = holder if isinstance(holder, Mapping) else {"url": holder}
    data = fields.get("base64") or fields.get("data")
    mime = fields.get("mime_type") or fields.get("media_type") or "image/png"
    url = f"data:{mime};base64,{data}" if data else fields.get("url") or fields.get("file_id") or ""
    return Image(url=str(url), detail=str(fields.get("detail") or "auto"))
