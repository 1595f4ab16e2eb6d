"""Content blocks of the known providers, shared by the codecs."""

import json
from collections.abc import Mapping
from typing import Any

from agentcompress.errors import UnsupportedContentError
from agentcompress.values import Image, Part

_TEXTS = {"text", "input_text", "output_text"}
_REPEATED = {"tool_use", "tool_call", "function_call", "input_json_delta", "tool_call_chunk"}
"""Blocks that say again what a message's calls say."""
_REASONING = {"thinking", "reasoning", "redacted_thinking", "reasoning_content"}
_IMAGES = {"image", "image_url", "input_image"}
_POINTERS = {"annotations", "citations"}
"""Fields whose positions count characters of the text as it was."""
_LONGEST_INLINE = 2_000
"""Characters above which text without a blank in it is taken for encoded bytes."""


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
    if kind is not None and not isinstance(kind, str):
        raise UnsupportedContentError(f"a content block's type must be text, got {kind!r}")
    if kind in _TEXTS and isinstance(block.get("text"), str):
        return Part(kind="text", text=block["text"], origin=block)
    if kind in _IMAGES or (kind is None and isinstance(block.get("image"), Mapping)):
        return Part(kind="image", image=_image(block), origin=block)
    if kind in _REPEATED:
        return Part(kind="call", origin=block)
    if kind == "tool_result":
        raise UnsupportedContentError("tool_result blocks are not read: give tool results as tool messages")
    if kind in _REASONING:
        return Part(kind="reasoning", text=as_json(block), origin=block)
    text, payload = _without_payload(block)
    if kind is not None and (kind.endswith("_tool_use") or kind.endswith("_tool_result")):
        # What a provider's own tools did stands in the turn itself, call and result as a pair.
        return Part(kind="call", text=text, payload=payload, origin=block)
    return Part(kind="other", text=text, payload=payload, origin=block)


def _write_block(part: Part) -> Any:
    if part.kind != "text" and part.origin is not None:
        return part.origin
    if not isinstance(part.origin, Mapping):
        return {"type": "text", "text": part.text} if part.origin is None else part.text
    if part.origin["text"] == part.text:
        return part.origin
    return {key: value for key, value in part.origin.items() if key not in _POINTERS} | {"text": part.text}


def as_json(block: Any) -> str:
    """A block or a call's arguments as JSON text.

    Raises:
        UnsupportedContentError: It refers to itself, or is nested too deep.
    """
    try:
        return json.dumps(block, ensure_ascii=False, default=str)
    except (RecursionError, ValueError, TypeError) as error:
        raise UnsupportedContentError(f"a content block or call cannot be written as JSON: {error}") from None


def _without_payload(block: Mapping[str, Any]) -> tuple[str, int]:
    """The block as JSON with encoded bytes left out, and how many bytes those are."""
    payload = 0

    def plain(value: Any) -> Any:
        nonlocal payload
        if isinstance(value, Mapping):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if isinstance(value, bytes):
            payload += len(value)
            return f"<{len(value)} bytes>"
        if isinstance(value, str) and len(value) > _LONGEST_INLINE and not any(map(str.isspace, value[:200])):
            payload += len(value) * 3 // 4
            return f"<{len(value) * 3 // 4} bytes>"
        return value

    try:
        small = plain(block)
    except RecursionError:
        raise UnsupportedContentError("a content block is nested too deep") from None
    return as_json(small), payload


def _image(block: Mapping[str, Any]) -> Image:
    """An image in any of the shapes of OpenAI, Anthropic, Bedrock and LangChain."""
    outer = block["image"] if isinstance(block.get("image"), Mapping) else block
    holder = outer.get("image_url", outer.get("source", outer))
    fields = holder if isinstance(holder, Mapping) else {"url": holder}
    if isinstance(fields.get("bytes"), bytes):
        return Image(url=f"data:image/{outer.get('format', 'png')};base64,{_encoded(fields['bytes'])}")
    data = fields.get("base64") or fields.get("data")
    mime = fields.get("mime_type") or fields.get("media_type") or "image/png"
    url = f"data:{mime};base64,{data}" if data else fields.get("url") or fields.get("file_id") or ""
    return Image(url=str(url), detail=str(fields.get("detail") or "auto"))


def _encoded(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode("ascii")
