"""A turn without what was thought before it."""

from typing import Any

from agentcompress.values import MessageCodec


def without_reasoning(codec: MessageCodec, raw: Any) -> Any:
    """An assistant's turn without its reasoning; the message itself where it has none, or nothing else.

    Args:
        codec: Reads and writes it.
        raw: The message.

    Raises:
        UnsupportedContentError: The message cannot be read.
    """
    view = codec.read(raw)
    rest = tuple(part for part in view.parts if part.kind != "reasoning")
    gone = view.role == "assistant" and rest != view.parts and (rest or view.calls)
    return codec.write(view.with_parts(rest)) if gone else raw
