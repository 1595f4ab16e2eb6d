"""A tool-calling agent made for hundreds of steps."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware, ToolRetryMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer

from agentcompress.values import Budget

from .agent import build_agent


def build_long_run(
    model: str | BaseChatModel,
    tools: Sequence[BaseTool | Callable[..., Any] | dict[str, Any]],
    *,
    checkpointer: Checkpointer,
    store: BaseStore | None = None,
    budget: int | float = 16_000,
    reserve: int = 0,
    steps: int = 1_000,
    system_prompt: str | None = None,
    middleware: Sequence[AgentMiddleware[Any, Any, Any]] = (),
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """An agent that keeps going: rare evictions, checkpoints to resume from, and an end.

    A tool that fails is tried again, and then told to the model instead of ending the run.

    Args:
        model: A chat model, or its "provider:name".
        tools: What it may call.
        checkpointer: Keeps every step, so that a run goes on where it stopped; None where a
            server brings its own.
        store: What tools and middleware remember beyond a thread.
        budget: Hard limit of a request: tokens, or a fraction of the model's window.
        reserve: Tokens of it that are kept free for the answer.
        steps: Calls of the model in one run, after which it ends and may be asked to go on.
        system_prompt: Never touched.
        middleware: Runs outside the compression, in order.

    Raises:
        ValueError: The budget is out of range, or `steps` is not positive.
    """
    if steps < 1:
        raise ValueError(f"steps must be positive, got {steps}")
    return build_agent(
        model,
        tools,
        budget=Budget.for_long_run(budget, reserve=reserve),
        system_prompt=system_prompt,
        middleware=[
            *middleware,
            ModelCallLimitMiddleware(run_limit=steps),
            ToolRetryMiddleware(max_retries=2),
        ],
        checkpointer=checkpointer,
        store=store,
    )
