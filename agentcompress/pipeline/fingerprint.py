"""Names for messages that stay the same whatever id or place they have."""

from collections import Counter
from collections.abc import Sequence

from agentcompress.values import Message


def fingerprints(messages: Sequence[Message], said: Counter[str] | None = None) -> list[str]:
    """One name a message: a hash of what it says, numbered where the same is said again.

    Appending messages never changes the names of earlier ones.

    Args:
        messages: In order.
        said: Digest → how often it was said before; counts on.
    """
    said = Counter() if said is None else said
    names = []
    for message in messages:
        digest = message.digest
        said[digest] += 1
        names.append(digest if said[digest] == 1 else f"{digest}.{said[digest]}")
    return names
