"""Content blocks of the known providers, shared by the codecs."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from agentcompress.errors import UnsupportedContentError
from agentcompress.values import Part, Role

from .documents import Excerpt, Holder, Place
from .images import read_image, with_image

_TEXTS = {"text", "input_text", "output_text"}
_REPEATED = {"tool_use", "tool_call", "function_call", "input_json_delta", "tool_call_chunk"}
"""Blocks that say again what a message's calls say."""
_REASONING = {"thinking", "reasoning", "redacted_thinking", "reasoning_content"}
_THOUGHT = re.compile(r"\s*<(think|thinking)>.*?</\1>\s*", re.DOTALL)
"""Reasoning that a model writes in front of its answer."""
_BESIDE = ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks", "refusal")
"""Fields beside the content that are sent, too."""
_IMAGES = {"image", "image_url", "input_image"}
_POINTERS = {"annotations", "citations"}
"""Fields whose positions count characters of the text as it was."""
_MARKER = "cache_control"
"""Field that says that a provider's cache is to reach up to this block."""
_LONGEST_INLINE = 2_000
"""Characters above which text without a blank in it is taken for encoded bytes."""


def read_content(content: Any, role: Role) -> tuple[Part, ...]:
    """A message's content, text or blocks, as parts.

    A document whose text is text becomes a part for what stands around it, which stays as
    long as the message does, and one for each of its texts. Reasoning in front of an
    assistant's answer is a part of its own.

    Raises:
        UnsupportedContentError: It is neither text nor a list of blocks.
    """
    if content is None or content == []:
        return ()
    if isinstance(content, str):
        return tuple(_spoken(content, None, role))
    if not isinstance(content, list):
        raise UnsupportedContentError(
            f"content must be text or a list of blocks, got {type(content).__name__}"
        )
    return tuple(part for block in content for part in _read_block(block, role))


def write_content(parts: tuple[Part, ...], was: Any) -> str | list[Any]:
    """Parts in the form they were read from; blocks that did not change are the same objects.

    Args:
        parts: What is shown.
        was: The content that was read. A cache marker of a block that is gone moves to the
            last text that is left, so that what was to be cached up to there still is.
    """
    marker = _lost_marker(parts, was if isinstance(was, list) else [])
    if all(part.origin is None for part in parts):
        # A string was cut into what lies side by side; in place of blocks each text stands for itself.
        text = ("\n" if isinstance(was, list) else "").join(part.text for part in parts)
        return _marked([text], marker) if marker else text
    blocks = _blocks(parts)
    return _marked(blocks, marker) if marker else blocks


def _lost_marker(parts: tuple[Part, ...], was: list[Any]) -> Any:
    """The last cache marker, if its block is gone."""
    last = next((block for block in reversed(was) if isinstance(block, Mapping) and block.get(_MARKER)), None)
    if last is None:
        return None
    return None if any(_block_of(part) == last for part in parts) else last[_MARKER]


def _block_of(part: Part) -> object:
    """The block that a part was read from."""
    origin = part.origin.holder if isinstance(part.origin, Excerpt) else part.origin
    return origin.block if isinstance(origin, Holder) else origin


def _marked(blocks: list[Any], marker: Any) -> list[Any]:
    """The blocks, the last text among them marked."""
    for index in reversed(range(len(blocks))):
        block = blocks[index]
        if isinstance(block, str):
            block = {"type": "text", "text": block}
        if block.get("type") in _TEXTS and block["text"]:
            return [*blocks[:index], {**block, _MARKER: marker}, *blocks[index + 1 :]]
    return blocks


def _blocks(parts: tuple[Part, ...]) -> list[Any]:
    said: dict[Holder, dict[Place, str]] = {}
    blocks: list[Any] = []
    for part in parts:
        holder = part.origin.holder if isinstance(part.origin, Excerpt) else part.origin
        if not isinstance(holder, Holder):
            blocks.append(_write_block(part))
            continue
        if holder not in said:
            said[holder] = {}
            blocks.append(holder)
        if isinstance(part.origin, Excerpt):
            place = part.origin.place
            said[holder][place] = said[holder].get(place, "") + part.text
    return [_written(block, said[block]) if isinstance(block, Holder) else block for block in blocks]


def block_json(part: Part) -> str:
    """The block of an image, a document, a recording or a film as JSON, in ASCII: text to every store."""
    try:
        return json.dumps(part.origin)
    except (RecursionError, ValueError, TypeError):
        # Bytes, as Bedrock has them.
        if part.image is not None:
            return json.dumps({"type": "image_url", "image_url": {"url": part.image.url}})
        return json.dumps({"type": "text", "text": part.text})


def beside(fields: Mapping[str, Any]) -> str:
    """What a message carries beside its content, as text."""
    values = (fields[key] for key in _BESIDE if fields.get(key))
    return "".join(value if isinstance(value, str) else as_json(value) for value in values)


def _read_block(block: Any, role: Role) -> Iterable[Part]:
    if isinstance(block, str):
        return _read_text(block, block, (), role)
    if not isinstance(block, Mapping):
        raise UnsupportedContentError(f"a content block must be an object, got {type(block).__name__}")
    kind = block.get("type")
    if kind is not None and not isinstance(kind, str):
        raise UnsupportedContentError(f"a content block's type must be text, got {kind!r}")
    if kind in _TEXTS and isinstance(block.get("text"), str):
        return _read_text(block, block["text"], ("text",), role)
    if holder := Holder.of_document(block):
        return _read_document(holder)
    return (_read_whole(block, kind),)


def _read_text(block: Any, text: str, place: Place, role: Role) -> Iterable[Part]:
    parts = tuple(_spoken(text, Excerpt(Holder(block=block, texts={place: text}), place), role))
    return parts if parts[0].kind == "reasoning" else (Part(kind="text", text=text, origin=block),)


def _spoken(text: str, origin: object, role: Role) -> Iterable[Part]:
    """Reasoning in front of an assistant's answer, and the answer."""
    match = _THOUGHT.match(text) if role == "assistant" else None
    thought = match.end() if match else 0
    if thought:
        yield Part(kind="reasoning", text=text[:thought], origin=origin)
    if thought < len(text) or not text:
        yield Part(kind="text", text=text[thought:], origin=origin)


def _read_document(holder: Holder) -> Iterable[Part]:
    around, payload = _without_payload(holder.frame)
    yield Part(kind="call", text=around, payload=payload, origin=holder)
    for place, text in holder.texts.items():
        yield Part(kind="text", text=text, origin=Excerpt(holder, place))


def _read_whole(block: Mapping[str, Any], kind: str | None) -> Part:
    if kind in _IMAGES or (kind is None and isinstance(block.get("image"), Mapping)):
        return Part(kind="image", image=read_image(block), origin=block)
    if kind in _REPEATED:
        return Part(kind="call", origin=block)
    if kind == "tool_result":
        raise UnsupportedContentError("tool_result blocks are not read: give tool results as tool messages")
    if kind in _REASONING or (kind is None and "reasoningContent" in block):
        return Part(kind="reasoning", text=as_json(block), origin=block)
    text, payload = _without_payload(block)
    if kind is not None and (kind.endswith("_tool_use") or kind.endswith("_tool_result")):
        # What a provider's own tools did stands in the turn itself, call and result as a pair.
        return Part(kind="call", text=text, payload=payload, origin=block)
    return Part(kind="other", text=text, payload=payload, origin=block)


def _write_block(part: Part) -> Any:
    if part.origin is None:
        return {"type": "text", "text": part.text}
    if part.image is not None and isinstance(part.origin, Mapping):
        return with_image(part.origin, part.image)
    if part.kind != "text":
        return part.origin
    if isinstance(part.origin, Mapping):
        return part.origin if part.origin["text"] == part.text else _without_pointers(part.origin, part.text)
    return part.text


def _written(holder: Holder, said: Mapping[Place, str]) -> Any:
    block = holder.written(said)
    if block is holder.block or ("text",) not in said or holder.block["type"] not in _TEXTS:
        return block
    return _without_pointers(block, block["text"])


def _without_pointers(block: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key not in _POINTERS} | {"text": text}


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
