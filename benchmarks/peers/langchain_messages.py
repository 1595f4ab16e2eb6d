"""A conversation as LangChain's messages, each named by its place."""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage


def as_langchain(messages: Sequence[dict[str, Any]]) -> list[AnyMessage]:
    """The messages; the id of each is its index."""
    return [_message(str(index), message) for index, message in enumerate(messages)]


def _message(name: str, message: dict[str, Any]) -> AnyMessage:
    text = message["content"]
    match message["role"]:
        case "system":
            return SystemMessage(text, id=name)
        case "assistant":
            calls = [
                {"name": call["function"]["name"], "args": _arguments(call), "id": call["id"]}
                for call in message.get("tool_calls") or ()
            ]
            return AIMessage(text, id=name, tool_calls=calls)
        case "tool":
            return ToolMessage(text, id=name, tool_call_id=message["tool_call_id"])
        case _:
            return HumanMessage(text, id=name)


def _arguments(call: dict[str, Any]) -> dict[str, Any]:
    """The arguments if they are an object; what is none is wrapped, so that the call stays one."""
    try:
        found = json.loads(call["function"]["arguments"])
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"arguments": call["function"]["arguments"]}
