"""A tool-calling agent whose requests stay within a budget."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer

from agentcompress.integration import ContextCompressionMiddleware
from agentcompress.values import Budget


def build_agent(
    model: str | BaseChatModel,
    tools: Sequence[BaseTool | Callable[..., Any] | dict[str, Any]],
    *,
    budget: int | float | Budget = 16_000,
    system_prompt: str | None = None,
    middleware: Sequence[AgentMiddleware[Any, Any, Any]] = (),
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """An agent that calls tools until it answers, compressed before each call of the model.

    Args:
        model: A chat model, or its "provider:name".
        tools: What it may call.
        budget: Hard limit of a request, as `ContextCompressionMiddleware` takes it.
        system_prompt: Never touched.
        middleware: Runs outside the compression, in order.
        checkpointer: Keeps threads, and with them their compression plans.
        store: What tools and middleware remember beyond a thread.

    Raises:
        ValueError: The budget is out of range.
    """
    return create_agent(
        model,
        tools,
        system_prompt=system_prompt,
        middleware=[*middleware, ContextCompressionMiddleware(budget)],
        checkpointer=checkpointer,
        store=store,
    )
