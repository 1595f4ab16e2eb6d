"""Messages read before: a long run sends the same ones again at every step."""

import marshal
from hashlib import blake2b
from typing import Any

from agentcompress.recent import Recent
from agentcompress.values import Message, MessageCodec

_LONG = 20_000
"""Characters of a text that is not hashed anew each time."""


class MessageMemo:
    """Remembers what messages were read as, least recently used ones forgotten first; thread-safe.

    An object that was read is told by its identity, and by a hash of its fields that
    it was not changed since.

    Args:
        characters: Texts of all that is remembered, at most.
    """

    def __init__(self, characters: int = 128_000_000) -> None:
        self._read = Recent[int, tuple[bytes, Message]](characters, lambda _, read: read[1].size)

    def read(self, codec: MessageCodec, raw: Any) -> Message:
        """What the codec reads the message as.

        Raises:
            UnsupportedContentError: It cannot be read.
        """
        try:
            snapshot = _snapshot(codec.fields(raw))
        except ValueError:
            return codec.read(raw)
        held = self._read.get(id(raw))
        if held is not None and held[1].origin is raw and held[0] == snapshot:
            return held[1]
        message = codec.read(raw)
        self._read.put(id(raw), (snapshot, message))
        return message


def _snapshot(fields: Any) -> bytes:
    """A hash of plain values.

    Raises:
        ValueError: There are others among them.
    """
    # The fastest way to the bytes of plain values, and it refuses all others; version 2 has no
    # references, so the same value gives the same bytes.
    data = marshal.dumps(fields, 2)
    if len(data) > _LONG:
        data = marshal.dumps(_brief(fields), 2)
    return blake2b(data, digest_size=16).digest()


def _brief(value: Any) -> Any:
    """A value with long texts, such as images, as their hash, which a text keeps."""
    if isinstance(value, str) and len(value) > _LONG:
        return len(value), hash(value)
    if isinstance(value, dict):
        return {key: _brief(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_brief(item) for item in value]
    return value
