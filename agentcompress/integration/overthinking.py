"""LangChain agent middleware: tells the graph, and if wanted the agent, that an agent is not getting on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, NotRequired, cast

from langchain.agents.middleware.types import (
    AgentMiddleware,
    AgentState,
    ContextT,
    ModelRequest,
    ModelResponse,
    OmitFromInput,
    PrivateStateAttr,
    ResponseT,
)
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.runtime import Runtime

from agentcompress.messages import MessageMemo, without_reasoning
from agentcompress.messages.langchain import LangChainCodec
from agentcompress.monitors import RECENT, OverthinkingMonitor, Signal, steps_of
from agentcompress.tokens import default_counter
from agentcompress.values import Message

from .events import asend, send

SIGNALS = "agentcompress_overthinking"
"""The state channel of the signals, and the name of the event that tells them."""
WATCHED = "agentcompress_watched"
"""The private state channel that keeps what the agent's view of its messages is changed by."""
_CODEC = LangChainCodec()


def _newest(_: Any, new: Any) -> Any:
    return new


class OverthinkingState(AgentState[Any]):
    """Agent state with the signals, which nodes may read, beside the messages."""

    agentcompress_overthinking: NotRequired[Annotated[list[dict[str, Any]], OmitFromInput, _newest]]
    agentcompress_watched: NotRequired[Annotated[dict[str, Any], PrivateStateAttr, _newest]]


class OverthinkingMiddleware(AgentMiddleware[OverthinkingState, ContextT, ResponseT]):
    """Looks before each call of the model whether the agent is going in circles.

    ```python
    watching = OverthinkingMiddleware(hint=True)
    agent = create_agent(model, tools, middleware=[watching, ContextCompressionMiddleware(16_000)])
    ```

    What it sees stands in the state as ``agentcompress_overthinking``, a list of signals that is empty
    while the agent gets on (`Signal.to_dict`); when one is new, an event of that name goes to
    `stream_mode="custom"` and to callbacks. A hook behind this one may end the run by it. The messages in
    the state stay as they are. It stands before `ContextCompressionMiddleware`, which then counts its hints.

    Args:
        monitor: What is a signal; None takes `OverthinkingMonitor()`.
        hint: Whether the agent is told, once a signal, by a line in brackets behind the newest tool result.
            That was never sent before, and keeps the line, so that the cached prefix survives.
        drop_reasoning: Whether at a signal "reasoning" the reasoning of all steps but the newest leaves the
            prompt, for good. That rewrites the cached prefix, once each time.

    Raises:
        ValueError: Reasoning is to be dropped, and `monitor` counts none.
    """

    state_schema = OverthinkingState

    def __init__(
        self,
        monitor: OverthinkingMonitor | None = None,
        *,
        hint: bool = False,
        drop_reasoning: bool = False,
    ) -> None:
        super().__init__()
        self._monitor = monitor or OverthinkingMonitor()
        if drop_reasoning and self._monitor.reasoning_tokens is None:
            raise ValueError("drop_reasoning=True needs a monitor with reasoning_tokens, got None")
        self._hint = hint
        self._drop = drop_reasoning
        self._memo = MessageMemo()
        self._counter = default_counter()

    def before_model(self, state: OverthinkingState, runtime: Runtime[ContextT]) -> dict[str, Any] | None:
        """Notes in the state what has changed, and tells it."""
        new, update = self._watched(state)
        if new:
            send(SIGNALS, {"signals": [signal.to_dict() for signal in new]})
        return update

    async def abefore_model(
        self, state: OverthinkingState, runtime: Runtime[ContextT]
    ) -> dict[str, Any] | None:
        """The same for asynchronous callbacks, without blocking the event loop."""
        new, update = await asyncio.to_thread(self._watched, state)
        if new:
            await asend(SIGNALS, {"signals": [signal.to_dict() for signal in new]})
        return update

    def wrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], ModelResponse[ResponseT]],
    ) -> ModelResponse[ResponseT]:
        """Sends the request with its hints and without the reasoning that was dropped."""
        return handler(_viewed(request))

    async def awrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], Awaitable[ModelResponse[ResponseT]]],
    ) -> ModelResponse[ResponseT]:
        """The same without blocking the event loop."""
        return await handler(_viewed(request))

    def _watched(self, state: OverthinkingState) -> tuple[list[Signal], dict[str, Any] | None]:
        """The signals that are new, and what changes in the state."""
        messages, kept = state["messages"], state.get("agentcompress_watched", {})
        told = state.get("agentcompress_overthinking", [])
        start = _recent(messages)
        views = [self._memo.read(_CODEC, message) for message in messages[start:]]
        bare = _bare(messages, kept)
        counts = [
            self._reasoning(raw, view) if index >= bare else 0
            for index, (raw, view) in enumerate(zip(messages[start:], views, strict=True), start=start)
        ]
        signals = self._monitor.signals(steps_of(views, counts))
        before = {signal["kind"] for signal in told}
        new = [signal for signal in signals if signal.kind not in before]
        changed = {**kept, **self._changes(messages, kept, new)}
        update: dict[str, Any] = {}
        if (now := [signal.to_dict() for signal in signals]) != told:
            update[SIGNALS] = now
        if changed != kept:
            update[WATCHED] = changed
        return new, update or None

    def _reasoning(self, raw: BaseMessage, view: Message) -> int:
        """Tokens of reasoning in a message: those that it shows, or that were billed without being shown."""
        shown = sum(self._counter.count(part.text) for part in view.parts if part.kind == "reasoning")
        usage = raw.usage_metadata if isinstance(raw, AIMessage) else None
        billed = usage.get("output_token_details", {}).get("reasoning") if usage else None
        return max(shown, billed or 0)

    def _changes(
        self, messages: Sequence[BaseMessage], kept: Mapping[str, Any], new: Sequence[Signal]
    ) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        newest = messages[-1] if messages else None
        # By the message: ids of calls may come again in a later turn.
        if new and self._hint and isinstance(newest, ToolMessage) and newest.id:
            hint = "\n".join(signal.hint for signal in new)
            changes["hints"] = {**kept.get("hints", {}), newest.id: hint}
        if self._drop and any(signal.kind == "reasoning" for signal in new):
            changes["bare_before"] = next(m.id for m in reversed(messages) if isinstance(m, AIMessage))
        return changes


def _recent(messages: Sequence[BaseMessage]) -> int:
    """Where the steps begin that are looked at."""
    steps = 0
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        steps += isinstance(message, AIMessage) and bool(message.tool_calls)
        if isinstance(message, HumanMessage) or steps == RECENT:
            return index
    return 0


def _bare(messages: Sequence[BaseMessage], kept: Mapping[str, Any]) -> int:
    """How many messages are shown without their reasoning; none where the one that told is gone."""
    until = kept.get("bare_before")
    return next((index for index, message in enumerate(messages) if until and message.id == until), 0)


def _viewed(request: ModelRequest[ContextT]) -> ModelRequest[ContextT]:
    kept = cast(OverthinkingState, request.state).get("agentcompress_watched")
    if not kept:
        return request
    hints, bare = kept.get("hints", {}), _bare(request.messages, kept)
    messages = [
        _with_hint(without_reasoning(_CODEC, message) if index < bare else message, hints)
        for index, message in enumerate(request.messages)
    ]
    return request.override(messages=messages)


def _with_hint(message: Any, hints: Mapping[str, str]) -> Any:
    hint = hints.get(message.id or "") if isinstance(message, ToolMessage) else None
    if hint is None:
        return message
    if isinstance(message.content, str):
        return message.model_copy(update={"content": f"{message.content}\n\n{hint}"})
    return message.model_copy(update={"content": [*message.content, {"type": "text", "text": hint}]})
