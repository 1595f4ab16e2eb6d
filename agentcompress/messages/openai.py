"""OpenAI chat format: plain dictionaries, as files and traces hold them."""

import json
from collections.abc import Mapping
from typing import Any, cast, get_args

from agentcompress.errors import UnsupportedContentError
from agentcompress.values import Image, Message, Part, Role, ToolCall

_ROLES: dict[str, Role] = {role: role for role in get_args(Role)} | {
    "developer": "system",
    "function": "tool",
}


class OpenAICodec:
    """Reads and writes chat-completion messages."""

    def read(self, raw: Any) -> Message:
        """The message as the engine sees it.

        Raises:
            UnsupportedContentError: It is no chat message; names the field and its value.
        """
        if not isinstance(raw, Mapping):
            raise UnsupportedContentError(f"a message must be an object, got {type(raw).__name__}")
        role = raw.get("role")
        if not isinstance(role, str) or role not in _ROLES:
            raise UnsupportedContentError(f"role {role!r} is none of {', '.join(_ROLES)}")
        return Message(
            role=_ROLES[role],
            parts=_parts(raw.get("content")),
            calls=_calls(raw.get("tool_calls")),
            call_id=raw.get("tool_call_id"),
            error=raw.get("status") == "error" or raw.get("is_error") is True,
            origin=raw,
        )

    def write(self, message: Message) -> dict[str, Any]:
        """The message as a dictionary; only what changed differs from what was read."""
        if message.origin is None:
            return {"role": message.role, "content": message.text}
        origin = cast(Mapping[str, Any], message.origin)
        if message.parts == _parts(origin.get("content")):
            return cast(dict[str, Any], message.origin)
        return {**origin, "content": _content(message.parts)}


def _parts(content: Any) -> tuple[Part, ...]:
    if content is None:
        return ()
    if isinstance(content, str):
        return (Part(kind="text", text=content),)
    if not isinstance(content, list):
        raise UnsupportedContentError(
            f"content must be text or a list of blocks, got {type(content).__name__}"
        )
    return tuple(_part(block) for block in content)


def _part(block: Any) -> Part:
    if isinstance(block, str):
        return Part(kind="text", text=block, origin=block)
    if not isinstance(block, Mapping):
        raise UnsupportedContentError(f"a content block must be an object, got {type(block).__name__}")
    kind = block.get("type")
    if kind == "text" and isinstance(block.get("text"), str):
        return Part(kind="text", text=block["text"], origin=block)
    if kind == "image_url":
        source = block.get("image_url")
        fields = source if isinstance(source, Mapping) else {"url": source}
        image = Image(url=str(fields.get("url", "")), detail=str(fields.get("detail", "auto")))
        return Part(kind="image", image=image, origin=block)
    return Part(kind="other", text=json.dumps(block, ensure_ascii=False, default=str), origin=block)


def _calls(calls: Any) -> tuple[ToolCall, ...]:
    if not calls:
        return ()
    if not isinstance(calls, list):
        raise UnsupportedContentError(f"tool_calls must be a list, got {type(calls).__name__}")
    return tuple(_call(call) for call in calls)


def _call(call: Any) -> ToolCall:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise UnsupportedContentError("a tool call must have a function with a name")
    arguments = function.get("arguments", "")
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments, ensure_ascii=False)
    return ToolCall(id=str(call.get("id", "")), name=function["name"], arguments=arguments)


def _content(parts: tuple[Part, ...]) -> str | list[Any]:
    if len(parts) == 1 and parts[0].origin is None:
        return parts[0].text
    return [_block(part) for part in parts]


def _block(part: Part) -> Any:
    if isinstance(part.origin, Mapping):
        return {**part.origin, "text": part.text} if part.kind == "text" else part.origin
    return part.origin if part.origin == part.text else {"type": "text", "text": part.text}
