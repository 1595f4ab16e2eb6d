"""Messages read before: a long run sends the same ones again at every step."""

import marshal
from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import Any

from agentcompress.values import Message, MessageCodec


class MessageMemo:
    """Remembers what messages were read as, least recently used ones forgotten first; thread-safe.

    An object that was read is told by its identity, and by a hash of its fields that
    it was not changed since.

    Args:
        characters: Texts of all that is remembered, at most.
    """

    def __init__(self, characters: int = 32_000_000) -> None:
        self._limit = characters
        self._held = 0
        self._read: OrderedDict[int, tuple[bytes, Message]] = OrderedDict()
        self._lock = Lock()

    def read(self, codec: MessageCodec, raw: Any) -> Message:
        """What the codec reads the message as.

        Raises:
            UnsupportedContentError: It cannot be read.
        """
        try:
            # The fastest way to the bytes of plain values, and it refuses all others; version 2 has no
            # references, so the same value gives the same bytes.
            snapshot = blake2b(marshal.dumps(codec.fields(raw), 2), digest_size=16).digest()
        except ValueError:
            return codec.read(raw)
        with self._lock:
            held = self._read.get(id(raw))
            if held is not None and held[1].origin is raw and held[0] == snapshot:
                self._read.move_to_end(id(raw))
                return held[1]
        message = codec.read(raw)
        self._put(id(raw), snapshot, message)
        return message

    def _put(self, key: int, snapshot: bytes, message: Message) -> None:
        with self._lock:
            if key in self._read:
                self._held -= self._read.pop(key)[1].size
            self._read[key] = (snapshot, message)
            self._held += message.size
            while self._held > self._limit and self._read:
                self._held -= self._read.popitem(last=False)[1][1].size
