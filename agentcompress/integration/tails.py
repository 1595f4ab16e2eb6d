"""The end of a stream: where the bill comes, and where what the conversation keeps is carried."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata, add_usage
from langchain_core.outputs import ChatGenerationChunk

from .trail import CARRIED

_Message = TypeVar("_Message", bound=BaseMessage)
Settle = Callable[[AIMessage | None], dict[str, Any] | None]
"""The bill of an answer → the record that it is to carry."""


class Tail(Protocol):
    """Follows the items of one stream."""

    def passed(self, item: Any) -> Any:
        """The item to hand on: the same, or the last one with its record."""

    def rest(self) -> Iterable[Any]:
        """What is still to be handed on when the stream has ended."""


class ChunkTail:
    """Of a stream of chunks: the record goes into the last one, or into one more that is empty.

    LangChain itself ends a stream with an empty chunk where the model marks none as its
    last, so consumers see as many as ever.
    """

    def __init__(self, settle: Settle) -> None:
        self._settle = settle
        self._usage: UsageMetadata | None = None
        self._open: BaseMessage | None = None

    def passed(self, item: ChatGenerationChunk) -> ChatGenerationChunk:
        """The chunk, with the record if it is marked as the last."""
        message = item.message
        self._open = message
        if not isinstance(message, AIMessageChunk):
            return item
        if message.usage_metadata:
            self._usage = add_usage(self._usage, message.usage_metadata)
        if message.chunk_position != "last":
            return item
        self._open = None
        record = self._record()
        if record is None:
            return item
        return item.model_copy(update={"message": carrying(message, record)})

    def rest(self) -> Iterable[ChatGenerationChunk]:
        """An empty last chunk with the record, where no chunk was marked as the last."""
        if not isinstance(self._open, AIMessageChunk):
            return
        record = self._record()
        if record is not None:
            content: str | list[str | dict[str, Any]] = "" if isinstance(self._open.content, str) else []
            last = AIMessageChunk(content=content, chunk_position="last")
            yield ChatGenerationChunk(message=carrying(last, record))

    def _record(self) -> dict[str, Any] | None:
        return self._settle(_billed(self._usage))


class EventTail:
    """Of a stream of protocol events: the record goes into the one that finishes the message."""

    def __init__(self, settle: Settle) -> None:
        self._settle = settle

    def passed(self, item: dict[str, Any]) -> dict[str, Any]:
        """The event, with the record if it finishes the message."""
        if item["event"] != "message-finish":
            return item
        record = self._settle(_billed(item.get("usage")))
        return item if record is None else {**item, "metadata": {**item.get("metadata", {}), CARRIED: record}}

    def rest(self) -> Iterable[dict[str, Any]]:
        """Nothing: a message that was not finished keeps nothing."""
        return ()


def carrying(message: _Message, record: dict[str, Any]) -> _Message:
    """The message with a record in its metadata."""
    return message.model_copy(update={"response_metadata": {**message.response_metadata, CARRIED: record}})


def _billed(usage: Any) -> AIMessage | None:
    return AIMessage("", usage_metadata=usage) if usage and usage.get("input_tokens") else None
