"""What takes how many tokens."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from agentcompress.values import Message

_TURNS = {
    "system": "system prompt",
    "user": "user turns",
    "assistant": "assistant turns",
    "tool": "tool results",
}


def breakdown(
    messages: Sequence[Message], tool_tokens: int, cost: Callable[[Message], int]
) -> Mapping[str, int]:
    """Tokens of a request by what takes them; the values add up to the whole.

    Args:
        messages: What is sent.
        tool_tokens: Tokens of the tool schemas.
        cost: Tokens of a message.
    """
    tokens: Counter[str] = Counter({"system prompt": 0, "tool schemas": tool_tokens})
    for message in messages:
        whole = cost(message)
        if any(part.kind == "image" for part in message.parts):
            message = message.with_parts(tuple(part for part in message.parts if part.kind != "image"))
            rest = cost(message)
            tokens["images"] += whole - rest
            whole = rest
        if message.calls:
            rest = cost(replace(message, calls=()))
            tokens["tool calls"] += whole - rest
            whole = rest
        tokens[_TURNS[message.role]] += whole
    return dict(tokens)
