"""A supervisor and its workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer, Send

from agentcompress.integration import compress_graph
from agentcompress.integration.compressors import model_name
from agentcompress.tokens import RequestCounter
from agentcompress.values import Budget

_SUPERVISOR = "supervisor"
_PROMPT = (
    "You lead a team. Give each worker a task that says all it needs to know, since workers see neither this "
    "conversation nor each other; then answer from their reports."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamWorker:
    """An agent that a supervisor may ask."""

    name: str
    """What the supervisor calls it by."""
    description: str
    """What it is good for, as the supervisor reads it."""
    agent: Runnable[Any, Any]
    """Takes and returns ``{"messages"}``, as those of `build_agent` do; the last one is its report."""


class _Errand(TypedDict):
    messages: list[AnyMessage]
    call_id: str


def build_team(
    model: str | BaseChatModel,
    workers: Sequence[TeamWorker],
    *,
    budget: int = 16_000,
    hand_over: int = 1_000,
    system_prompt: str = _PROMPT,
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """A supervisor that asks workers, several at a time, until it answers.

    Each worker starts from its task alone, so what it read stays with it; what the supervisor
    sees of its report is limited, and chosen for the task. The state keeps whole reports.

    Args:
        model: The supervisor's chat model, or its "provider:name".
        workers: Whom it may ask.
        budget: Hard limit of the supervisor's request, in tokens; workers bring their own.
        hand_over: Tokens that the supervisor sees of each report.
        system_prompt: The supervisor's; never touched.
        checkpointer: Keeps threads, and with them their compression plans.
        store: What workers remember beyond a thread.

    Raises:
        ValueError: A limit is out of range, or two workers have one name.
    """
    names = [worker.name for worker in workers]
    if not names or len({*names, _SUPERVISOR}) != len(names) + 1:
        raise ValueError(f"workers need names of their own, and not {_SUPERVISOR!r}, got {names}")
    chat = init_chat_model(model) if isinstance(model, str) else model
    tools = [_schema(worker) for worker in workers]
    supervisor = _Supervisor(chat.bind_tools(tools), SystemMessage(system_prompt), frozenset(names))
    builder = StateGraph(MessagesState)
    builder.add_node(_SUPERVISOR, RunnableLambda(supervisor.ask, supervisor.aask))
    builder.add_edge(START, _SUPERVISOR)
    builder.add_conditional_edges(_SUPERVISOR, _errands, [_SUPERVISOR, *names, END])
    for worker in workers:
        builder.add_node(worker.name, _node(worker.agent), input_schema=_Errand)
        builder.add_edge(worker.name, _SUPERVISOR)
    counter = RequestCounter.for_model(model_name(chat))
    fixed = counter.tools(tools) + counter.text(system_prompt)
    graph = compress_graph(
        builder,
        Budget.for_long_run(budget, reserve=fixed),
        nodes=dict.fromkeys(names),
        hand_over=dict.fromkeys(names, hand_over),
        model=model_name(chat),
    )
    return graph.compile(checkpointer=checkpointer, store=store, name="team")


@dataclass(frozen=True, slots=True)
class _Supervisor:
    model: Runnable[Any, Any]
    system: SystemMessage
    names: frozenset[str]

    def ask(self, state: MessagesState) -> dict[str, Any]:
        return self._asked(self.model.invoke([self.system, *state["messages"]]))

    async def aask(self, state: MessagesState) -> dict[str, Any]:
        return self._asked(await self.model.ainvoke([self.system, *state["messages"]]))

    def _asked(self, answer: AIMessage) -> dict[str, Any]:
        unknown = [call for call in answer.tool_calls if call["name"] not in self.names]
        return {"messages": [answer, *(_refusal(call, self.names) for call in unknown)]}


def _errands(state: MessagesState) -> list[Any]:
    """A task for each call that is not answered yet; where there is none, the supervisor again or the end."""
    behind = list[AnyMessage]()
    calls = list[ToolCall]()
    for message in reversed(state["messages"]):
        if isinstance(message, AIMessage):
            calls = message.tool_calls
            break
        behind.append(message)
    answered = {message.tool_call_id for message in behind if isinstance(message, ToolMessage)}
    errands = [_errand(call) for call in calls if call["id"] not in answered]
    return errands or [_SUPERVISOR if calls else END]


def _errand(call: ToolCall) -> Send:
    task = HumanMessage(str(call["args"].get("task", "")))
    return Send(call["name"], {"messages": [task], "call_id": call["id"]})


def _node(agent: Runnable[Any, Any]) -> Runnable[Any, Any]:
    def report(errand: _Errand) -> dict[str, Any]:
        return _reported(errand, agent.invoke({"messages": errand["messages"]}))

    async def areport(errand: _Errand) -> dict[str, Any]:
        return _reported(errand, await agent.ainvoke({"messages": errand["messages"]}))

    return RunnableLambda(report, areport)


def _reported(errand: _Errand, answer: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [ToolMessage(answer["messages"][-1].text, tool_call_id=errand["call_id"])]}


def _refusal(call: ToolCall, names: frozenset[str]) -> ToolMessage:
    text = f"There is no worker {call['name']!r}, only {', '.join(sorted(names))}."
    return ToolMessage(text, tool_call_id=call["id"], status="error")


def _schema(worker: TeamWorker) -> dict[str, Any]:
    task = {"type": "string", "description": "What to do, with all that it needs to know."}
    return {
        "type": "function",
        "function": {
            "name": worker.name,
            "description": worker.description,
            "parameters": {"type": "object", "properties": {"task": task}, "required": ["task"]},
        },
    }
