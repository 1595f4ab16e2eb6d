"""Each library's messages ↔ the messages of the engine."""

from collections.abc import Mapping, Sequence
from typing import Any

from agentcompress.values import MessageCodec

from .blocks import block_json
from .memo import MessageMemo
from .openai import OpenAICodec
from .reasoning import without_reasoning
from .tools import tool_schemas

__all__ = ["MessageMemo", "OpenAICodec", "block_json", "codec_for", "tool_schemas", "without_reasoning"]


def codec_for(messages: Sequence[Any]) -> MessageCodec:
    """The codec that reads these messages: chat dictionaries, or LangChain's classes."""
    if all(isinstance(message, Mapping) for message in messages):
        return OpenAICodec()
    from .langchain import LangChainCodec

    return LangChainCodec()
