"""LangChain messages."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from agentcompress.errors import UnsupportedContentError
from agentcompress.values import Message, Role, ToolCall

from .blocks import as_json, beside, read_content, write_content

PINNED = "agentcompress_pinned"
"""Key in `additional_kwargs` by which a user marks a message as never to be touched."""

_FIELDS = (
    "content",
    "tool_calls",
    "invalid_tool_calls",
    "tool_call_id",
    "status",
    "role",
    "additional_kwargs",
)
_KWARGS = attrgetter("additional_kwargs")
_CHAT_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "tool": "tool",
}


class LangChainCodec:
    """Reads and writes `BaseMessage` objects; what is written keeps id, name, status and metadata."""

    def fields(self, raw: Any) -> Any:
        """Type, content and what stands beside it."""
        # Asking the object for a field that its class does not have takes pydantic as long as all the rest.
        held = getattr(raw, "__dict__", {})
        return [type(raw).__name__, *map(held.get, _FIELDS)]

    def read(self, raw: Any) -> Message:
        """The message as the engine sees it.

        Raises:
            UnsupportedContentError: It is no LangChain message that a model can be sent.
        """
        if not isinstance(raw, BaseMessage):
            raise UnsupportedContentError(f"a message must be a BaseMessage, got {type(raw).__name__}")
        role = _role(raw)
        return Message(
            role=role,
            parts=read_content(raw.content, role),
            calls=_calls(raw) if isinstance(raw, AIMessage) else (),
            call_id=_call_id(raw),
            error=isinstance(raw, ToolMessage) and raw.status == "error",
            aside=beside(raw.additional_kwargs),
            pinned=bool(self.pinned([raw])),
            origin=raw,
        )

    def pinned(self, raw: Iterable[Any]) -> int:
        """How many say so in their `additional_kwargs`."""
        # Most have none, and are passed over without a step of Python's each.
        some = filter(None, map(_KWARGS, raw))
        return sum(bool(kwargs.get(PINNED)) for kwargs in some)

    def write(self, message: Message) -> BaseMessage:
        """The message as LangChain's; one that did not change is the object that was read."""
        if not isinstance(message.origin, BaseMessage):
            return HumanMessage(message.text) if message.role == "user" else AIMessage(message.text)
        if message.parts == read_content(message.origin.content, message.role):
            return message.origin
        content = write_content(message.parts, message.origin.content)
        return message.origin.model_copy(update={"content": content})


def _role(raw: BaseMessage) -> Role:
    if isinstance(raw, SystemMessage):
        return "system"
    if isinstance(raw, HumanMessage):
        return "user"
    if isinstance(raw, AIMessage):
        return "assistant"
    if isinstance(raw, ToolMessage | FunctionMessage):
        return "tool"
    if isinstance(raw, ChatMessage) and raw.role in _CHAT_ROLES:
        return _CHAT_ROLES[raw.role]
    raise UnsupportedContentError(f"{type(raw).__name__} is no message that a model can be sent")


def _call_id(raw: BaseMessage) -> str | None:
    if isinstance(raw, ToolMessage):
        return raw.tool_call_id
    return "" if isinstance(raw, FunctionMessage) else None


def _calls(raw: AIMessage) -> tuple[ToolCall, ...]:
    calls = [
        ToolCall(id=call["id"] or "", name=call["name"], arguments=as_json(call["args"]))
        for call in raw.tool_calls
    ]
    calls += [
        ToolCall(id=call["id"] or "", name=call["name"] or "", arguments=call["args"] or "")
        for call in raw.invalid_tool_calls
    ]
    legacy = raw.additional_kwargs.get("function_call")
    if legacy and not calls:
        calls = [ToolCall(id="", name=str(legacy["name"]), arguments=str(legacy["arguments"]))]
    return tuple(calls)
