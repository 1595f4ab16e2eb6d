"""Encoders: texts into vectors."""

import functools

from agentcompress.values import Encoder

from .cache import CachedEncoder
from .static import StaticEncoder

__all__ = ["CachedEncoder", "StaticEncoder", "default_encoder"]


@functools.cache
def default_encoder() -> Encoder:
    """The encoder used where none is given: the static one behind a cache, one for the process."""
    return CachedEncoder(StaticEncoder())
