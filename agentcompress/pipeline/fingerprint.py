"""Names for messages that stay the same whatever id or place they have."""

from collections import Counter
from collections.abc import Sequence

from agentcompress.values import Message


def fingerprints(messages: Sequence[Message]) -> list[str]:
    """One name a message: a hash of what it says, numbered where the same is said again.

    Appending messages never changes the names of earlier ones.
    """
    seen: Counter[str] = Counter()
    names = []
    for message in messages:
        digest = message.digest
        seen[digest] += 1
        names.append(digest if seen[digest] == 1 else f"{digest}.{seen[digest]}")
    return names
