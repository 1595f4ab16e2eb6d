"""A conversation as the steps of its agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from agentcompress.values import Message

RECENT = 64
"""Steps that are looked at, so that looking takes no longer in a long run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStep:
    """Calls that an agent made at once, and their results."""

    tools: tuple[str, ...]
    """Names of what it called."""
    digest: bytes
    """The same for two steps with the same calls and the same results, whatever their ids."""
    results: tuple[str, ...]
    """What came back."""
    reasoning: int
    """Tokens of reasoning before the calls."""


def steps_of(messages: Sequence[Message], reasoning: Sequence[int]) -> list[AgentStep]:
    """The steps since the user last spoke whose results are all there, in order; the newest 64 at most.

    Args:
        messages: The conversation.
        reasoning: Tokens of reasoning in each message.
    """
    first = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].role == "user"), -1) + 1
    steps: list[AgentStep] = []
    for index in range(first, len(messages)):
        acting = messages[index]
        if acting.role != "assistant" or not acting.calls:
            continue
        results = []
        for answer in messages[index + 1 :]:
            if answer.role != "tool":
                break
            results.append(answer.text)
        if len(results) == len(acting.calls):
            steps.append(_step(acting, results, reasoning[index]))
    return steps[-RECENT:]


def _step(acting: Message, results: Sequence[str], reasoning: int) -> AgentStep:
    hashed = blake2b(digest_size=8)
    for text in (*(call.text for call in acting.calls), *results):
        data = text.encode("utf-8", "surrogatepass")
        hashed.update(len(data).to_bytes(8))
        hashed.update(data)
    return AgentStep(
        tools=tuple(call.name for call in acting.calls),
        digest=hashed.digest(),
        results=tuple(results),
        reasoning=reasoning,
    )
