"""Names for messages that stay the same whatever id or place they have."""

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from agentcompress.values import Message


def fingerprints(messages: Sequence[Message]) -> list[str]:
    """One name a message: a hash of what it says, numbered where the same is said again.

    Appending messages never changes the names of earlier ones.
    """
    seen: Counter[str] = Counter()
    names = []
    for message in messages:
        digest = _digest(message)
        seen[digest] += 1
        names.append(digest if seen[digest] == 1 else f"{digest}.{seen[digest]}")
    return names


def _digest(message: Message) -> str:
    fields = [message.role, message.call_id or ""]
    for call in message.calls:
        fields += [call.id, call.name, call.arguments]
    for part in message.parts:
        fields += [part.kind, part.text, part.image.url if part.image else ""]
    hashed = blake2b(digest_size=8)
    for text in fields:
        data = text.encode("utf-8", "surrogatepass")
        hashed.update(len(data).to_bytes(8))
        hashed.update(data)
    return hashed.hexdigest()
