"""What the next step is about."""

from collections.abc import Sequence

from agentcompress.values import Message

_LONGEST = 4_000
"""Characters of one message that are looked at: beginnings state the goal, ends the next step."""


def focus(messages: Sequence[Message]) -> str:
    """The task, the newest user turn, and the newest reasoning with its calls, as one query."""
    users = [message for message in messages if message.role == "user"]
    actors = [message for message in messages if message.role == "assistant"]
    sources = dict.fromkeys(message.said for message in (*users[:1], *users[-1:], *actors[-1:]))
    return "\n".join(_ends(text) for text in sources)


def _ends(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}\n{text[-half:]}"
