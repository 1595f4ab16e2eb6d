"""OpenAI chat format: plain dictionaries, as files and traces hold them."""

from collections.abc import Iterable, Mapping
from typing import Any, cast, get_args

from agentcompress.errors import UnsupportedContentError
from agentcompress.values import Message, Role, ToolCall

from .blocks import as_json, beside, read_content, write_content

_ROLES: dict[str, Role] = {role: role for role in get_args(Role)} | {
    "developer": "system",
    "function": "tool",
}


class OpenAICodec:
    """Reads and writes chat-completion messages."""

    def fields(self, raw: Any) -> Any:
        """The message itself."""
        return raw

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
            parts=read_content(raw.get("content"), _ROLES[role]),
            calls=(*_calls(raw.get("tool_calls")), *_legacy_call(raw.get("function_call"))),
            call_id=_identifier(raw.get("tool_call_id")) if _ROLES[role] == "tool" else None,
            error=raw.get("status") == "error" or raw.get("is_error") is True,
            aside=beside(raw),
            origin=raw,
        )

    def pinned(self, raw: Iterable[Any]) -> int:
        """None: the format has no place to say so."""
        return 0

    def write(self, message: Message) -> dict[str, Any]:
        """The message as a dictionary; one that did not change is the object that was read."""
        if message.origin is None:
            return {"role": message.role, "content": message.text}
        origin = cast(dict[str, Any], message.origin)
        if message.parts == read_content(origin.get("content"), message.role):
            return origin
        return {**origin, "content": write_content(message.parts, origin.get("content"))}


def _calls(calls: Any) -> tuple[ToolCall, ...]:
    if not calls:
        return ()
    if not isinstance(calls, list):
        raise UnsupportedContentError(f"tool_calls must be a list, got {type(calls).__name__}")
    return tuple(_call(call) for call in calls)


def _identifier(value: Any) -> str:
    """Calls without an id and results without one belong together by their place."""
    if value is not None and not isinstance(value, str):
        raise UnsupportedContentError(f"a tool call's id must be text, got {value!r}")
    return value or ""


def _legacy_call(function: Any) -> tuple[ToolCall, ...]:
    """The one call of a message from before calls had ids."""
    return (_call({"function": function}),) if function else ()


def _call(call: Any) -> ToolCall:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise UnsupportedContentError("a tool call must have a function with a name")
    arguments = function.get("arguments", "")
    if not isinstance(arguments, str):
        arguments = as_json(arguments)
    return ToolCall(id=_identifier(call.get("id")), name=function["name"], arguments=arguments)
