"""Names for messages that stay the same whatever id or place they have."""

from collections import Counter
from collections.abc import Sequence

from agentcompress.values import Message

from .grown import Tally


def fingerprints(messages: Sequence[Message], said: Tally | None = None) -> list[str]:
    """One name a message: a hash of what it says, numbered where the same is said again.

    Appending messages never changes the names of earlier ones.

    Args:
        messages: In order.
        said: How often each digest was said before.
    """
    before = said or Tally()
    here: Counter[str] = Counter()
    names = []
    for message in messages:
        digest = message.digest
        here[digest] += 1
        number = before[digest] + here[digest]
        names.append(digest if number == 1 else f"{digest}.{number}")
    return names
