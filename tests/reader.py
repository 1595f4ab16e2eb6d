"""A chat model without a memory of its own: what it answers depends on the newest message alone."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langchain_core.exceptions import ContextOverflowError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from agentcompress.tokens import RequestCounter

from .test_middleware import read

COUNT = RequestCounter.for_model(None)


def tokens(messages: Sequence[BaseMessage]) -> int:
    return sum(COUNT.text(message.text) for message in messages)


class Reader(BaseChatModel):
    """Reads page after page up to the next hundred; keeps every request it was sent."""

    model_name: str = "reader"
    temperature: float | None = None
    max_tokens: int | None = None
    stop: list[str] | None = None
    last: int = 20
    window: int = 10**9
    billed: float = 0
    refused: int = 0
    requests: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "reader"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **more: Any
    ) -> Runnable[Any, AIMessage]:
        more.pop("strict", None)
        return self.bind(tools=[convert_to_openai_tool(tool)["function"] for tool in tools], **more)

    def with_structured_output(self, schema: Any, **more: Any) -> Any:
        more.pop("method", None)
        more.pop("strict", None)
        return super().with_structured_output(schema, **more)

    def _generate(self, messages: list[BaseMessage], *_: Any, **more: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.answer(messages, more))])

    def _stream(self, messages: list[BaseMessage], *_: Any, **more: Any) -> Iterator[ChatGenerationChunk]:
        answer = self.answer(messages, more)
        for word in re.findall(r"\S+\s*", answer.text):
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
        for call in answer.tool_calls:
            part: Any = {"name": call["name"], "args": str(call["args"]).replace("'", '"')}
            part |= {"id": call["id"], "index": 0, "type": "tool_call_chunk"}
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[part]))
        if answer.usage_metadata:
            bill = AIMessageChunk(content="", usage_metadata=answer.usage_metadata)
            yield ChatGenerationChunk(message=bill)

    def answer(self, messages: list[BaseMessage], more: dict[str, Any]) -> AIMessage:
        if tokens(messages) > self.window:
            self.refused += 1
            raise ContextOverflowError("too long")
        self.requests.append(list(messages))
        newest = messages[-1]
        page = int(newest.tool_call_id[5:]) if isinstance(newest, ToolMessage) else _number(newest)
        name = more["tools"][0]["name"] if more.get("tools") else "read"
        call = {"name": name, "args": {"page": page + 1}, "id": f"call_{page + 1}"}
        answer = AIMessage(
            "I am done.", tool_calls=[] if page % 100 >= self.last else [call], id=f"answer_{page}"
        )
        if self.billed:
            sent = int(tokens(messages) * self.billed)
            answer.usage_metadata = {"input_tokens": sent, "output_tokens": 1, "total_tokens": sent + 1}
        return answer


class AsyncReader(Reader):
    """The same with asynchronous methods of its own."""

    async def _agenerate(self, messages: list[BaseMessage], *_: Any, **more: Any) -> ChatResult:
        return self._generate(messages, **more)

    async def _astream(
        self, messages: list[BaseMessage], *_: Any, **more: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._stream(messages, **more):
            yield chunk


class NativeReader(Reader):
    """Speaks LangChain's event protocol itself."""

    def _stream_chat_model_events(
        self, messages: list[BaseMessage], *_: Any, **more: Any
    ) -> Iterator[dict[str, Any]]:
        answer = self.answer(messages, more)
        block = {"type": "text", "text": answer.text}
        yield {"event": "message-start", "role": "ai", "id": "native"}
        yield {"event": "content-block-start", "index": 0, "content": {"type": "text", "text": ""}}
        yield {"event": "content-block-finish", "index": 0, "content": block}
        yield {"event": "message-finish", "usage": dict(answer.usage_metadata or {})}

    async def _astream_chat_model_events(
        self, messages: list[BaseMessage], *_: Any, **more: Any
    ) -> AsyncIterator[dict[str, Any]]:
        for event in self._stream_chat_model_events(messages, **more):
            yield event


def _number(message: BaseMessage) -> int:
    found = re.search(r"\d+", message.text)
    return int(found[0]) if found else 0


def asked(start: int = 0) -> list[BaseMessage]:
    return [HumanMessage(f"Read on from page {start}.")]


def history(pages: int, start: int = 0) -> list[BaseMessage]:
    """A task and pages read for it."""
    messages = asked(start)
    for page in range(start + 1, start + pages + 1):
        call = {"name": "read", "args": {"page": page}, "id": f"call_{page}"}
        messages += [AIMessage("", tool_calls=[call]), result(page)]
    return messages


def result(page: int) -> ToolMessage:
    return ToolMessage(read.invoke({"page": page}), tool_call_id=f"call_{page}", name="read")


def read_on(model: Runnable[Any, AIMessage], start: int = 0) -> list[BaseMessage]:
    """The conversation that a model and its tool have until it is done."""
    messages = asked(start)
    while True:
        answer = model.invoke(messages)
        messages.append(answer)
        if not answer.tool_calls:
            return messages
        messages.append(result(answer.tool_calls[0]["args"]["page"]))
