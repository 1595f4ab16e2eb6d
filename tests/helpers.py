"""Conversations made by hand, and what they cost by the plain counter."""

import os
from collections.abc import Iterable
from typing import Any

from agentcompress.tokens import default_counter

from .conversations import Messages

EXAMPLES = int(os.environ.get("AGENTCOMPRESS_FUZZ", "60"))
"""How many conversations a property is tried on."""
COUNT = default_counter().count
TASK: dict[str, Any] = {"role": "user", "content": "go"}


def listing(name: object, lines: int = 40) -> str:
    """Lines that differ, each with identifiers of its own."""
    return "\n".join(f"{name} line {j}: value_{name}_{j} = {j * 7}" for j in range(lines))


def call(number: object, tool: str = "read", arguments: str = "{}") -> dict[str, Any]:
    return {"id": f"c{number}", "type": "function", "function": {"name": tool, "arguments": arguments}}


def step(number: object, output: str, tool: str = "read", arguments: str = "{}") -> Messages:
    """A call and its result."""
    return [
        {"role": "assistant", "content": "", "tool_calls": [call(number, tool, arguments)]},
        {"role": "tool", "tool_call_id": f"c{number}", "content": output},
    ]


def reads(count: int, lines: int = 30) -> Messages:
    """A task and some reads, each of a listing of its own."""
    return [TASK, *(message for number in range(count) for message in step(number, listing(number, lines)))]


def said(message: dict[str, Any]) -> str:
    calls = message.get("tool_calls") or []
    rows = (f"\n{call['function']['name']}({call['function']['arguments']})" for call in calls)
    return (message["content"] or "") + "".join(rows)


def tokens(messages: Messages) -> int:
    return sum(COUNT(said(message)) for message in messages)


def hard_indices(messages: Messages, marked: Iterable[int] = ()) -> list[int]:
    """Where the hard pins stand: system, first and newest user turn, and the whole of each marked group."""
    users = [index for index, message in enumerate(messages) if message["role"] == "user"]
    hard = {users[0], users[-1], *marked}
    out: list[int] = []
    start = 0
    while start < len(messages):
        end = start + 1 + len(messages[start].get("tool_calls") or [])
        group = range(start, end)
        if messages[start]["role"] == "system" or not hard.isdisjoint(group):
            out += group
        start = end
    return out


def hard(messages: Messages, marked: Iterable[int] = ()) -> Messages:
    return [messages[index] for index in hard_indices(messages, marked)]
