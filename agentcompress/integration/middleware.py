"""LangChain agent middleware: compresses what the model sees, never what the graph holds."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, NotRequired, Unpack, cast

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
from langchain_core.messages import AIMessage
from langgraph.types import Command

from agentcompress.archive import Recaller, answer_tokens
from agentcompress.values import Budget

from .archiving import Archives
from .calls import Asked, CompressedCalls
from .kept import Kept
from .model import uncompressed
from .recall import recall_tool
from .settings import Settings

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
        recall: Whether the agent gets the tool `recall`, by which it asks back for what left its
            prompt. Where the graph has a store and a thread, that is kept there, too.
        namespace: Labels under which threads share what left their prompts, such as ``("users",
            "{user_id}")``; ``{name}`` stands for a value of the run's ``config["configurable"]``.
            Without them no thread sees another's.
        settings: As in `Settings`.

    Raises:
        MissingDependencyError: The encoder's model is not on this machine.
        ValueError: A setting is out of range, or there is a namespace without `recall`.
    """

    state_schema = CompressionState

    def __init__(
        self,
        budget: int | float | Budget,
        *,
        recall: bool = False,
        namespace: Sequence[str] = (),
        **settings: Unpack[Settings],
    ) -> None:
        super().__init__()
        if namespace and not recall:
            raise ValueError(f"namespace {namespace!r} is for recall=True: without it nothing is kept")
        archives = Archives(namespace=namespace) if recall else None
        self._calls = CompressedCalls(budget, archives=archives, **settings)
        if archives:
            recaller = Recaller(encoder=settings.get("encoder", "auto"))
            limit = budget.limit if isinstance(budget, Budget) else budget
            self.tools = [recall_tool(recaller, archives, PLAN, answer_tokens(limit))]

    def wrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], ModelResponse[ResponseT]],
    ) -> ModelResponse[ResponseT] | ExtendedModelResponse[ResponseT]:
        """Sends the compressed view of the request.

        Raises:
            BudgetExceededError: What may never be touched is alone over the budget.
        """
        asked, kept = _asked(request), _kept(request)
        answer, now = self._calls.call(asked, kept, lambda sent: handler(_with(request, sent)), _said)
        return _answer(answer, kept, now)

    async def awrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], Awaitable[ModelResponse[ResponseT]]],
    ) -> ModelResponse[ResponseT] | ExtendedModelResponse[ResponseT]:
        """The same without blocking the event loop.

        Raises:
            BudgetExceededError: What may never be touched is alone over the budget.
        """
        asked, kept = _asked(request), _kept(request)
        answer, now = await self._calls.acall(asked, kept, lambda sent: handler(_with(request, sent)), _said)
        return _answer(answer, kept, now)


def _asked(request: ModelRequest[Any]) -> Asked:
    system = [request.system_message] if request.system_message else []
    tools = [*request.tools, *_schemas(request.response_format)]
    return Asked(model=request.model, messages=[*system, *request.messages], tools=tools)


def _schemas(response_format: object) -> list[dict[str, Any]]:
    """JSON schemas that structured output sends beside the tools."""
    specs = getattr(response_format, "schema_specs", None) or [getattr(response_format, "schema_spec", None)]
    return [spec.json_schema for spec in specs if spec is not None]


def _kept(request: ModelRequest[Any]) -> Kept:
    return Kept.from_dict(cast(CompressionState, request.state).get("agentcompress_plan"))


def _with(request: ModelRequest[ContextT], sent: list[Any]) -> ModelRequest[ContextT]:
    own = 1 if request.system_message else 0
    return request.override(messages=sent[own:], model=uncompressed(request.model))


def _said(response: ModelResponse[Any]) -> AIMessage | None:
    return next((message for message in response.result if isinstance(message, AIMessage)), None)


def _answer(
    response: ModelResponse[ResponseT], before: Kept, now: Kept
) -> ModelResponse[ResponseT] | ExtendedModelResponse[ResponseT]:
    """The response, and with it what the state is to keep if that is new."""
    if now == before:
        return response
    return ExtendedModelResponse(response, Command(update={PLAN: now.to_dict()}))
