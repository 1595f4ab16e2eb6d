"""Plain graphs: what their nodes see, and what the graph keeps."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypedDict, cast

import pytest
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, MessagesState, StateGraph, add_messages
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.store.memory import InMemoryStore
from langgraph.types import CachePolicy, Command, RetryPolicy, interrupt

from agentcompress import Budget, BudgetExceededError, CompressionResult, compress_graph
from agentcompress.tokens import RequestCounter

from .test_middleware import TASK, RecordingModel, read

COUNT = RequestCounter.for_model(None)
THREAD: Any = {"configurable": {"thread_id": "a"}}


def tokens(messages: list[BaseMessage]) -> int:
    return sum(COUNT.text(message.text) for message in messages)


def texts(messages: list[Any]) -> list[str]:
    return [message.text for message in messages]


def pages(state: Any) -> list[str]:
    return [message.text for message in state["messages"] if isinstance(message, ToolMessage)]


def agent(model: RecordingModel) -> StateGraph[MessagesState]:
    """The plain loop of a model and its tools."""

    def chat(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("chat", chat)
    builder.add_node("tools", ToolNode([read]))
    builder.add_edge(START, "chat")
    builder.add_conditional_edges("chat", tools_condition)
    builder.add_edge("tools", "chat")
    return builder


def test_requests_fit_and_the_state_keeps_the_originals() -> None:
    model, seen = RecordingModel(steps=12), list[CompressionResult]()
    graph = compress_graph(agent(model), 3_000, on_compression=seen.append).compile()
    state = graph.invoke(TASK)
    assert pages(state) == [read.invoke({"page": page}) for page in range(1, 13)]
    assert set(state) == {"messages"}
    assert max(map(tokens, model.requests)) <= 3_000 < seen[-1].tokens_before
    assert len(seen) == len(model.requests) == 13


def test_requests_between_evictions_extend_each_other() -> None:
    model, seen = RecordingModel(steps=20), list[CompressionResult]()
    compress_graph(agent(model), 6_000, on_compression=seen.append).compile().invoke(TASK)
    breaks = 0
    for (before, after), result in zip(pairwise(model.requests), seen[1:], strict=True):
        kept = after[: len(before)] == before
        assert kept or result.evicted
        breaks += not kept
    assert 0 < breaks == sum(result.evicted for result in seen) <= len(seen) / 3


def test_the_graph_given_is_not_changed() -> None:
    model = RecordingModel(steps=12)
    builder = agent(model)
    compress_graph(builder, 3_000)
    builder.compile().invoke(TASK)
    assert max(map(tokens, model.requests)) > 3_000


def test_async_sees_the_same_requests() -> None:
    sync, other = RecordingModel(steps=12), RecordingModel(steps=12)
    compress_graph(agent(sync), 3_000).compile().invoke(TASK)
    asyncio.run(compress_graph(agent(other), 3_000).compile().ainvoke(TASK))
    assert list(map(texts, other.requests)) == list(map(texts, sync.requests))


def resumed(make: Callable[[], Any], model: RecordingModel) -> None:
    """Runs twice on one thread, each time as a process of its own would."""
    for _ in range(2):
        with make() as saver:
            compress_graph(agent(model), 4_000).compile(checkpointer=saver).invoke(TASK, THREAD)


def test_decisions_survive_the_process(tmp_path: Path) -> None:
    model = RecordingModel(steps=12)
    resumed(lambda: SqliteSaver.from_conn_string(str(tmp_path / "runs.db")), model)
    before, after = model.requests[12:14]
    assert texts(after)[: len(before)] == texts(before)
    assert tokens(after) <= 4_000


def test_time_travel_shows_again_what_was_shown() -> None:
    model = RecordingModel(steps=12)
    graph = compress_graph(agent(model), 4_000).compile(checkpointer=InMemorySaver())
    graph.invoke(TASK, THREAD)
    shown = list(map(texts, model.requests))
    assert set(graph.get_state(THREAD).values) == {"messages"}
    for state in list(graph.get_state_history(THREAD))[1::5]:
        done = len(pages(state.values)) + ("tools" in state.next)
        model.requests[done:] = []
        graph.invoke(None, state.config)
        assert list(map(texts, model.requests))[done:] == shown[done:]


def test_a_fork_goes_on_from_its_own_decisions() -> None:
    model = RecordingModel(steps=12)
    graph = compress_graph(agent(model), 4_000).compile(checkpointer=InMemorySaver())
    graph.invoke(TASK, THREAD)
    shown = list(map(texts, model.requests))
    history = graph.get_state_history(THREAD)
    past = next(state for state in history if len(pages(state.values)) == 9 and state.next == ("chat",))
    fork = graph.update_state(past.config, {"messages": [HumanMessage("And then?")]}, as_node="tools")
    model.requests.clear()
    model.steps = 0
    graph.invoke(None, fork)
    assert texts(model.requests[0])[:-1] == shown[9]
    assert texts(model.requests[0])[-1] == "And then?"


def long(number: int) -> AIMessage:
    return AIMessage(read.invoke({"page": number}), id=f"m{number}")


HISTORY: list[AnyMessage] = [
    HumanMessage("Which value is value_7_7?", id="task"),
    *map(long, range(12)),
    HumanMessage("Answer.", id="end"),
]
"""Some 12,000 tokens."""


@dataclass
class User:
    name: str


def test_policies_interrupts_and_conditional_edges_survive() -> None:
    tries = list[int]()

    def flaky(state: MessagesState) -> Any:
        assert tokens(list(state["messages"])) <= 3_000
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("again")
        return {"messages": [AIMessage(str(interrupt("sure?")))]}

    def route(state: MessagesState) -> str:
        assert texts(list(state["messages"]))[: len(HISTORY)] == texts(list(HISTORY))
        return "cached"

    def cached(state: MessagesState) -> Any:
        tries.append(2)
        return {"messages": [AIMessage("end")]}

    builder = StateGraph(MessagesState)
    builder.add_node("flaky", flaky, retry_policy=RetryPolicy(initial_interval=0.0), metadata={"a": 1})
    builder.add_node("cached", cached, cache_policy=CachePolicy(), defer=True)
    builder.add_edge(START, "flaky")
    builder.add_conditional_edges("flaky", route)
    graph = compress_graph(builder, 3_000).compile(checkpointer=InMemorySaver(), cache=InMemoryCache())
    assert graph.invoke({"messages": HISTORY}, THREAD)["__interrupt__"][0].value == "sure?"
    state = graph.invoke(Command(resume="yes"), THREAD)
    assert texts(state["messages"])[-2:] == ["yes", "end"]
    assert tries == [1, 1, 1, 1, 2]


def test_a_compiled_graph_keeps_what_it_was_compiled_with() -> None:
    model = RecordingModel(steps=12)
    given = agent(model).compile(
        checkpointer=InMemorySaver(), store=InMemoryStore(), interrupt_before=["tools"], name="mine"
    )
    given.step_timeout = 9.0
    given = given.with_config({"recursion_limit": 77, "tags": ["t"]})
    graph = compress_graph(given, 3_000)
    assert type(graph) is type(given)
    for name in ("checkpointer", "store", "interrupt_before_nodes", "name", "config", "step_timeout"):
        assert getattr(graph, name) == getattr(given, name), name
    assert graph.invoke(TASK, THREAD)["messages"][-1].tool_calls
    assert graph.get_state(THREAD).next == ("tools",)
    while graph.get_state(THREAD).next:
        graph.invoke(None, THREAD)
    assert len(model.requests) == 13
    assert max(map(tokens, model.requests)) <= 3_000
    assert graph.get_graph().draw_mermaid() == given.get_graph().draw_mermaid()


def test_budgets_of_single_nodes() -> None:
    model = RecordingModel(steps=12)
    compress_graph(agent(model), 20_000, nodes={"chat": 3_000}).compile().invoke(TASK)
    assert max(map(tokens, model.requests)) <= 3_000
    left = RecordingModel(steps=12)
    compress_graph(agent(left), 3_000, nodes={"chat": None}).compile().invoke(TASK)
    assert max(map(tokens, left.requests)) > 6_000


def test_a_node_that_bills_more_gets_less() -> None:
    seen = list[CompressionResult]()

    class Billing(RecordingModel):
        factor: float = 1.5

        def _generate(self, messages: list[BaseMessage], *args: Any, **more: Any) -> Any:
            result = super()._generate(messages, *args, **more)
            message = result.generations[0].message
            assert isinstance(message, AIMessage)
            bill = int(tokens(messages) * self.factor)
            message.usage_metadata = {"input_tokens": bill, "output_tokens": 1, "total_tokens": bill + 1}
            return result

    compress_graph(agent(Billing(steps=12)), 6_000, on_compression=seen.append).compile().invoke(TASK)
    assert seen[-1].ceiling < 5_000
    seen.clear()
    # A node that sends much else beside the view says nothing about counting.
    compress_graph(agent(Billing(steps=5, factor=9)), 6_000, on_compression=seen.append).compile().invoke(
        TASK
    )
    assert {result.ceiling for result in seen} == {6_000}


def test_what_may_not_be_touched_is_over() -> None:
    graph = compress_graph(agent(RecordingModel()), 50).compile()
    with pytest.raises(BudgetExceededError):
        graph.invoke({"messages": [HumanMessage("word " * 100)]})


class Other(TypedDict):
    question: str
    talk: Annotated[list[AnyMessage], add_messages]


def test_messages_of_another_name() -> None:
    seen = list[Any]()

    def node(state: Other) -> Any:
        seen.append(state)
        return {"talk": [AIMessage("seen")]}

    builder = StateGraph(Other)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    builder.add_edge("node", END)
    with pytest.raises(ValueError, match=r"no channel 'messages' to compress, only question, talk:"):
        compress_graph(builder, 3_000)
    graph = compress_graph(builder, 3_000, messages_key="talk").compile()
    state = graph.invoke({"question": "?", "talk": HISTORY})
    assert tokens(seen[0]["talk"]) <= 3_000
    assert texts(state["talk"]) == [*texts(list(HISTORY)), "seen"]


def test_bad_settings_are_told_at_once() -> None:
    builder = agent(RecordingModel())
    with pytest.raises(ValueError, match="no node 'chatt', only chat, tools"):
        compress_graph(builder, 3_000, nodes={"chatt": 2_000})
    with pytest.raises(ValueError, match="compresses its messages already"):
        compress_graph(compress_graph(builder, 3_000), 3_000)
    with pytest.raises(ValueError, match="must be a StateGraph or a compiled one, got str"):
        compress_graph(cast(Any, "graph"), 3_000)
    with pytest.raises(ValueError, match="at least 32 tokens"):
        compress_graph(builder, 3_000, hand_over={"chat": 3})
    with pytest.raises(ValueError, match="budget"):
        compress_graph(builder, 0)
    with pytest.raises(ValueError, match="fraction of the model's window"):
        compress_graph(builder, 0.5)
    compress_graph(builder, Budget(limit=0.5), model="gpt-4o")
