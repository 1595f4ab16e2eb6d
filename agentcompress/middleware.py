"""LangChain agent middleware: compresses what the model sees, never what the graph holds."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from threading import Lock
from typing import Annotated, Any, NotRequired, cast

from langchain.agents.middleware.types import (
    AgentMiddleware,
    AgentState,
    ContextT,
    ExtendedModelResponse,
    ModelRequest,
    ModelResponse,
    PrivateStateAttr,
    ResponseT,
)
from langgraph.types import Command

from agentcompress.compressor import Compressor
from agentcompress.encoders import EncoderSetting, encoder_for
from agentcompress.tokens import UNKNOWN
from agentcompress.values import Budget, CompressionResult, Plan, Strategy

PLAN = "agentcompress_plan"
"""The state channel that keeps a thread's plan."""


def _newest(_: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    return new


class CompressionState(AgentState[Any]):
    """Agent state with the plan beside the messages."""

    # LangGraph finds a reducer only where it stands last.
    agentcompress_plan: NotRequired[Annotated[dict[str, Any], PrivateStateAttr, _newest]]


class ContextCompressionMiddleware(AgentMiddleware[CompressionState, ContextT, ResponseT]):
    """Keeps every request of an agent within a token budget.

    ```python
    agent = create_agent(model, tools, middleware=[ContextCompressionMiddleware(budget=16_000)])
    ```

    The graph's state keeps the originals; decisions live in a private state channel,
    so they survive checkpoints and forks, and requests between two evictions extend
    each other byte for byte. It stands last in the list, so that it sees, and counts,
    what other middleware adds to the request.

    Args:
        budget: Hard limit of a whole request: tokens, a fraction of the model's window,
            or a `Budget` with marks of its own; a number gets `Budget.for_long_run`.
        exclude_tools: Names of tools whose calls and results are never touched.
        lossless: Whether tool results are said in fewer tokens even where there is room.
        model: Name of the model to count for; None takes it from each request.
        encoder: Gives the vectors that relevance is told by: "auto", "static", "minilm", a
            model's folder, a LangChain `Embeddings` or an `Encoder`.
        strategy: Chooses what is shown when everything does not fit; None takes the default one.
        on_compression: Called with the result of every compression.

    Raises:
        MissingDependencyError: The encoder's model is not on this machine.
        ValueError: A setting is out of range.
    """

    state_schema = CompressionState

    def __init__(
        self,
        budget: int | float | Budget,
        *,
        exclude_tools: Collection[str] = (),
        lossless: bool = False,
        model: str | None = None,
        encoder: EncoderSetting = "auto",
        strategy: Strategy | None = None,
        on_compression: Callable[[CompressionResult], None] | None = None,
    ) -> None:
        super().__init__()
        self._budget = budget if isinstance(budget, Budget) else Budget.for_long_run(budget)
        self._exclude_tools = frozenset(exclude_tools)
        self._lossless = lossless
        self._model = model
        self._encoder = encoder_for(encoder)  # one, and one cache, for all models
        self._strategy = strategy
        self._on_compression = on_compression
        self._compressors: dict[tuple[str, int | None], Compressor] = {}
        self._lock = Lock()

    def wrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], ModelResponse[ResponseT]],
    ) -> ModelResponse[ResponseT] | ExtendedModelResponse[ResponseT]:
        """Sends the compressed view of the request.

        Raises:
            BudgetExceededError: What may never be touched is alone over the budget.
        """
        plan = _plan(request)
        result = self._compress(request, plan)
        return _answer(handler(self._request(request, result)), plan, result)

    async def awrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], Awaitable[ModelResponse[ResponseT]]],
    ) -> ModelResponse[ResponseT] | ExtendedModelResponse[ResponseT]:
        """The same without blocking the event loop.

        Raises:
            BudgetExceededError: What may never be touched is alone over the budget.
        """
        plan = _plan(request)
        # Making the compressor reads files, so it too stays off the event loop.
        result = await asyncio.to_thread(self._compress, request, plan)
        return _answer(await handler(self._request(request, result)), plan, result)

    def _compress(self, request: ModelRequest[ContextT], plan: Plan) -> CompressionResult:
        sent = [*request.tools, *_schemas(request.response_format)]
        return self._compressor(request).compress(_conversation(request), tools=sent, plan=plan)

    def _compressor(self, request: ModelRequest[ContextT]) -> Compressor:
        """The compressor for the request's model, made when the model is first seen."""
        name = self._model or _model_name(request.model) or UNKNOWN
        profile = getattr(request.model, "profile", None) or {}
        key = (name, profile.get("max_input_tokens"))
        with self._lock:
            if key not in self._compressors:
                self._compressors[key] = Compressor(
                    self._budget,
                    model=name,
                    window=key[1],
                    exclude_tools=self._exclude_tools,
                    lossless=self._lossless,
                    encoder=self._encoder,
                    strategy=self._strategy,
                )
            return self._compressors[key]

    def _request(self, request: ModelRequest[ContextT], result: CompressionResult) -> ModelRequest[ContextT]:
        if self._on_compression is not None:
            self._on_compression(result)
        own = 1 if request.system_message else 0
        return request.override(messages=result.messages[own:])


def _answer(
    response: ModelResponse[ResponseT], plan: Plan, result: CompressionResult
) -> ModelResponse[ResponseT] | ExtendedModelResponse[ResponseT]:
    """The response, and with it the new plan for the state if there is one."""
    if result.plan == plan:
        return response
    return ExtendedModelResponse(response, Command(update={PLAN: result.plan.to_dict()}))


def _schemas(response_format: object) -> list[dict[str, Any]]:
    """JSON schemas that structured output sends beside the tools."""
    specs = getattr(response_format, "schema_specs", None) or [getattr(response_format, "schema_spec", None)]
    return [spec.json_schema for spec in specs if spec is not None]


def _conversation(request: ModelRequest[ContextT]) -> list[Any]:
    return [*([request.system_message] if request.system_message else []), *request.messages]


def _plan(request: ModelRequest[ContextT]) -> Plan:
    kept = cast(CompressionState, request.state).get("agentcompress_plan")
    try:
        return Plan.from_dict(kept) if kept else Plan()
    except ValueError:
        # A checkpoint of another version: decided anew, the originals are all there.
        return Plan()


def _model_name(model: object) -> str | None:
    names = (getattr(model, field, None) for field in ("model_name", "model", "model_id"))
    return next((name for name in names if isinstance(name, str)), None)
