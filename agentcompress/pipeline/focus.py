"""What the next step is about."""

from collections.abc import Sequence

from agentcompress.values import Message

_LONGEST = 4_000
"""Characters of one message that are looked at: beginnings state the goal, ends the next step."""


def focus(messages: Sequence[Message]) -> str:
    """The task, the newest user turn, and the newest reasoning with its calls, as one query."""
    users = [message for message in messages if message.role == "user"]
    actors = [message for message in messages if message.role == "assistant"]
    said = (message.said for message in (*users[:1], *users[-1:], *actors[-1:]))
    sources = dict.fromkeys((*said, *map(_thought, actors[-1:])))
    return "\n".join(_ends(text) for text in sources)


def _thought(message: Message) -> str:
    """Reasoning written into the text; blocks of it carry signatures, which say nothing."""
    thoughts = (part.text for part in message.parts if part.kind == "reasoning")
    return "\n".join(text for text in thoughts if text.lstrip().startswith("<"))


def _ends(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}\n{text[-half:]}"
