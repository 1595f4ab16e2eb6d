"""What a peer is: something that makes a context smaller, seen through one of two Protocols."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One context that is to fit, as every peer gets it."""

    messages: Sequence[dict[str, Any]]
    """OpenAI chat format; contents are texts."""
    tokens: Sequence[int]
    """What each message costs."""
    base: Sequence[int]
    """Indices of the system messages and the first user message, which stay as they are."""
    queries: Sequence[str]
    """Of each tool output what is wanted of it: the task, the words of the agent, its call; else empty."""
    ceiling: int
    """Hard limit in tokens."""
    count: Callable[[str], int]
    """Tokens of a text, by the counter that judges."""


class Peer(Protocol):
    """Compresses whole conversations; made afresh for each of them."""

    def compress(self, request: Request) -> list[dict[str, Any]]:
        """What the model would see; messages that do not change are the request's own objects."""
        ...


class TextPeer(Protocol):
    """Shortens one text; a `TextHost` decides which texts, and to how many tokens."""

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """The text in about so many tokens, with what answers the query if the tool heeds one."""
        ...


class MissingWeightsError(Exception):
    """A peer needs a model that this machine does not have."""


def weights(variable: str, model: str) -> str:
    """The folder of a peer's model.

    Args:
        variable: Environment variable that names it.
        model: What to download for it.

    Raises:
        MissingWeightsError: The variable is not set.
    """
    folder = os.environ.get(variable)
    if not folder:
        raise MissingWeightsError(f"set {variable} to a folder with {model}")
    return folder


def replaced(message: Message, text: str) -> dict[str, Any]:
    """A message that says something else."""
    return {**message, "content": text}
