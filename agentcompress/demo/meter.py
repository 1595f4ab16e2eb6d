"""Notes what goes into each model call and what reaches the model."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, BaseMessage

Handler = Callable[[ModelRequest[Any]], ModelResponse[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One model call."""

    held: list[BaseMessage]
    """What the agent's state holds, system prompt first."""
    sent: list[BaseMessage]
    """What the model was shown, system prompt first."""
    tools: list[Any]
    """The tools it was offered."""
    milliseconds: float
    """Time between the two: what compressing took."""
    answer: AIMessage
    """What the model said."""

    @property
    def action(self) -> str:
        """What the agent does next, on one line."""
        if not self.answer.tool_calls:
            return "answer"
        said = self.answer.text.strip().splitlines()
        return said[0] if said else ", ".join(call["name"] for call in self.answer.tool_calls)


class Meter:
    """The calls of one run, in order.

    Args:
        on_call: Told of each call as soon as it is over.
    """

    def __init__(self, on_call: Callable[[Call], None]) -> None:
        self.calls: list[Call] = []
        self._on_call = on_call
        self._held: list[BaseMessage] = []
        self._started = 0.0

    def around(self, *middleware: AgentMiddleware[Any, Any, Any]) -> list[AgentMiddleware[Any, Any, Any]]:
        """The middleware with a probe before and one behind it."""
        return [_Before(self), *middleware, _Behind(self)]

    def begin(self, request: ModelRequest[Any]) -> None:
        """Notes a request on its way in."""
        self._held = _conversation(request)
        self._started = time.perf_counter()

    def end(self, request: ModelRequest[Any], handler: Handler) -> ModelResponse[Any]:
        """Notes the request as the model gets it, and the answer."""
        milliseconds = 1000 * (time.perf_counter() - self._started)
        response = handler(request)
        answer = response.result[-1]
        call = Call(
            held=self._held,
            sent=_conversation(request),
            tools=list(request.tools),
            milliseconds=milliseconds,
            answer=answer if isinstance(answer, AIMessage) else AIMessage(answer.text),
        )
        self.calls.append(call)
        self._on_call(call)
        return response


class _Before(AgentMiddleware[Any, Any, Any]):
    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def wrap_model_call(self, request: ModelRequest[Any], handler: Handler) -> ModelResponse[Any]:
        self._meter.begin(request)
        return handler(request)


class _Behind(AgentMiddleware[Any, Any, Any]):
    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def wrap_model_call(self, request: ModelRequest[Any], handler: Handler) -> ModelResponse[Any]:
        return self._meter.end(request, handler)


def _conversation(request: ModelRequest[Any]) -> list[BaseMessage]:
    return [*([request.system_message] if request.system_message else []), *request.messages]
