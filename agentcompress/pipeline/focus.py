"""What the next step is about."""

from bisect import bisect_left
from itertools import islice

from agentcompress.values import Message

from .history import History

_LONGEST = 4_000
"""Characters of one message that are looked at: beginnings state the goal, ends the next step."""


def focus(history: History, end: int) -> str:
    """The task, the newest user turn, and the newest reasoning with its calls, as one query.

    Args:
        history: The originals.
        end: Index of the first message that is not looked at.
    """
    messages = history.messages
    turns = history.turns[: bisect_left(history.turns, end, key=lambda group: group.messages[0])]
    # A turn that stands among the results of a call may lie behind the end; the one before it does not.
    near = (index for group in (*turns[:1], *turns[-2:]) for index in group.messages if index < end)
    users = [messages[index] for index in near if messages[index].role == "user"]
    actors = (messages[index] for index in range(end - 1, -1, -1) if messages[index].role == "assistant")
    newest = list(islice(actors, 1))
    said = (message.said for message in (*users[:1], *users[-1:], *newest))
    sources = dict.fromkeys((*said, *map(_thought, newest)))
    return "\n".join(_ends(text) for text in sources)


def _thought(message: Message) -> str:
    """Reasoning written into the text; blocks of it carry signatures, which say nothing."""
    thoughts = (part.text for part in message.parts if part.kind == "reasoning")
    return "\n".join(text for text in thoughts if text.lstrip().startswith("<"))


def _ends(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}\n{text[-half:]}"
