"""Encoders that tell what they were asked."""

from collections.abc import Sequence

from agentcompress.encoders import StaticEncoder
from agentcompress.values import Vectors

STATIC = StaticEncoder()


class RecordingEncoder:
    """Remembers every text it had to encode."""

    name = "recording"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return STATIC.encode(texts)
