"""The methods by which a chat model speaks to its provider, each sending a view that fits."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import wraps
from itertools import chain, islice
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from langchain_core.tools import BaseTool

from .calls import Asked, CompressedCalls, Prepared
from .compressors import model_name
from .tails import ChunkTail, EventTail, Settle, Tail, carrying
from .trail import Trail, without_records

_SCHEMAS = (
    "tools",
    "functions",
    "response_format",
    "response_schema",
    "output_format",
    "output_config",
    "format",
)
"""Arguments of a call by which providers are sent schemas beside the messages."""


class _View(list[BaseMessage]):
    """Messages that fit already: what a model's method hands on to another of its own."""


class CompressedMethods:
    """Puts compressed calls around the methods by which a model speaks to its provider.

    Args:
        calls: Makes the views.
        limit: The budget's limit: with the model's name it tells whose decisions are whose.
    """

    def __init__(self, calls: CompressedCalls, limit: int | float) -> None:
        self._calls = calls
        self._limit = limit

    @property
    def wrappers(self) -> Mapping[str, Callable[[Any], Any]]:
        """Name of a method → what wraps it."""
        return {
            "_generate": self._generating,
            "_agenerate": self._agenerating,
            "_stream": lambda method: self._streaming(method, ChunkTail),
            "_astream": lambda method: self._astreaming(method, ChunkTail),
            "_stream_chat_model_events": lambda method: self._streaming(method, EventTail),
            "_astream_chat_model_events": lambda method: self._astreaming(method, EventTail),
        }

    def _generating(self, method: Any) -> Any:
        @wraps(method)
        def generate(model: BaseChatModel, messages: list[BaseMessage], *args: Any, **more: Any) -> Any:
            if isinstance(messages, _View):
                return method(model, messages, *args, **more)
            trail = self._trail(model, messages)
            result, kept = self._calls.call(
                _asked(model, messages, more),
                trail.kept,
                lambda sent: method(model, _View(sent), *args, **more),
                _said,
            )
            return _recorded(result, trail.record(kept))

        return generate

    def _agenerating(self, method: Any) -> Any:
        @wraps(method)
        async def generate(model: BaseChatModel, messages: list[BaseMessage], *args: Any, **more: Any) -> Any:
            if isinstance(messages, _View):
                return await method(model, messages, *args, **more)
            trail = self._trail(model, messages)
            result, kept = await self._calls.acall(
                _asked(model, messages, more),
                trail.kept,
                lambda sent: method(model, _View(sent), *args, **more),
                _said,
            )
            return _recorded(result, trail.record(kept))

        return generate

    def _streaming(self, method: Any, tail_of: Callable[[Settle], Tail]) -> Any:
        @wraps(method)
        def stream(
            model: BaseChatModel, messages: list[BaseMessage], *args: Any, **more: Any
        ) -> Iterator[Any]:
            if isinstance(messages, _View):
                yield from method(model, messages, *args, **more)
                return
            trail = self._trail(model, messages)
            (first, items), prepared = self._calls.answered(
                _asked(model, messages, more),
                trail.kept,
                lambda sent: _opened(method(model, _View(sent), *args, **more)),
            )
            tail = tail_of(_settling(trail, prepared))
            for item in chain(first, items):
                yield tail.passed(item)
            yield from tail.rest()

        return stream

    def _astreaming(self, method: Any, tail_of: Callable[[Settle], Tail]) -> Any:
        @wraps(method)
        async def stream(
            model: BaseChatModel, messages: list[BaseMessage], *args: Any, **more: Any
        ) -> AsyncIterator[Any]:
            if isinstance(messages, _View):
                async for item in method(model, messages, *args, **more):
                    yield item
                return
            trail = self._trail(model, messages)
            (first, items), prepared = await self._calls.aanswered(
                _asked(model, messages, more),
                trail.kept,
                lambda sent: _aopened(method(model, _View(sent), *args, **more)),
            )
            tail = tail_of(_settling(trail, prepared))
            for item in first:
                yield tail.passed(item)
            async for item in items:
                yield tail.passed(item)
            for item in tail.rest():
                yield item

        return stream

    def _trail(self, model: BaseChatModel, messages: Sequence[BaseMessage]) -> Trail:
        return Trail.read(messages, f"{model_name(model) or type(model).__name__}/{self._limit}")


def _asked(model: BaseChatModel, messages: Sequence[BaseMessage], arguments: Mapping[str, Any]) -> Asked:
    sent = [arguments[name] for name in _SCHEMAS if arguments.get(name)]
    tools = [tool for value in sent for tool in (value if isinstance(value, list | tuple) else [value])]
    return Asked(model=model, messages=without_records(messages), tools=[_countable(tool) for tool in tools])


def _countable(tool: Any) -> Any:
    """A schema as it is; a provider's own object by what it says of itself."""
    known = isinstance(tool, Mapping | BaseTool) or callable(tool)
    return tool if known else {"schema": str(tool)}


def _opened(items: Iterator[Any]) -> tuple[list[Any], Iterator[Any]]:
    """The first item, with which a refusal would come, and the others."""
    rest = iter(items)
    return list(islice(rest, 1)), rest


async def _aopened(items: AsyncIterator[Any]) -> tuple[list[Any], AsyncIterator[Any]]:
    rest = aiter(items)
    try:
        return [await anext(rest)], rest
    except StopAsyncIteration:
        return [], rest


def _settling(trail: Trail, prepared: Prepared) -> Settle:
    return lambda answer: trail.record(prepared.settled(answer))


def _said(result: ChatResult) -> AIMessage | None:
    messages = (generation.message for generation in result.generations)
    return next((message for message in messages if isinstance(message, AIMessage)), None)


def _recorded(result: ChatResult, record: dict[str, Any] | None) -> ChatResult:
    if record is None:
        return result
    generations = [
        generation.model_copy(update={"message": carrying(generation.message, record)})
        for generation in result.generations
    ]
    return result.model_copy(update={"generations": generations})
