"""Nodes of every kind: each sees a view, and gets what it asks for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.graph import START, MessagesState, StateGraph, add_messages
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command, StreamWriter
from pydantic import BaseModel

from agentcompress import compress_graph

from .test_integration_graph import HISTORY, User, texts, tokens


@dataclass
class Recorder:
    """Nodes of all kinds that keep what they see."""

    seen: list[list[Any]] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)

    def see(self, state: Any, *given: Any) -> dict[str, Any]:
        self.seen.append(state["messages"])
        self.given += given
        return {"messages": [AIMessage("seen")]}

    def kinds(self) -> dict[str, Any]:
        def plain(state: MessagesState) -> Any:
            return self.see(state)

        async def coroutine(state: MessagesState) -> Any:
            return self.see(state)

        def with_config(state: MessagesState, config: RunnableConfig) -> Any:
            return self.see(state, config["configurable"]["user"])

        def with_store(state: MessagesState, *, store: BaseStore) -> Any:
            item = store.get(("a",), "b")
            return self.see(state, item and item.value)

        def with_writer(state: MessagesState, writer: StreamWriter) -> Any:
            writer("written")
            return self.see(state)

        def with_runtime(state: MessagesState, runtime: Runtime[User]) -> Any:
            return self.see(state, runtime.context.name)

        def command(state: MessagesState) -> Command[Any]:
            return Command(update=self.see(state))

        def generator(state: MessagesState) -> Any:
            yield self.see(state)

        class Callable:
            def __call__(self_, state: MessagesState) -> Any:  # noqa: N805
                return self.see(state)

        inner = StateGraph(MessagesState)
        inner.add_node("inner", plain)
        inner.add_edge(START, "inner")
        return {
            "function": plain,
            "coroutine": coroutine,
            "runnable": RunnableLambda(plain),
            "sequence": RunnableLambda(lambda state: state) | plain,
            "object": Callable(),
            "config": with_config,
            "store": with_store,
            "writer": with_writer,
            "runtime": with_runtime,
            "command": command,
            "generator": generator,
            "graph": inner.compile(),
        }


KINDS = list(Recorder().kinds())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_node_sees_a_view_and_gets_what_it_asks_for(kind: str) -> None:
    recorder = Recorder()
    builder = StateGraph(MessagesState, context_schema=User)
    builder.add_node(kind, recorder.kinds()[kind])
    builder.add_edge(START, kind)
    store = InMemoryStore()
    store.put(("a",), "b", {"c": 1})
    graph = compress_graph(builder, 3_000).compile(store=store)
    config: RunnableConfig = {"configurable": {"user": "me"}}

    async def run() -> Any:
        stream = graph.astream(
            {"messages": HISTORY}, config, context=User("here"), stream_mode=["custom", "values"]
        )
        return [part async for part in stream]

    parts = asyncio.run(run())
    state = parts[-1][1]
    assert set(state) == {"messages"}
    assert texts(state["messages"]) == [*texts(HISTORY), "seen"]
    (shown,) = recorder.seen
    assert tokens(shown) <= 3_000 < tokens(list(HISTORY))
    assert shown[0] == HISTORY[0]
    assert shown[-1] == HISTORY[-1]
    assert recorder.given == {"config": ["me"], "store": [{"c": 1}], "runtime": ["here"]}.get(kind, [])
    assert ("custom", "written") in parts or kind != "writer"
    if kind != "coroutine":
        recorder.seen.clear()
        graph.invoke({"messages": HISTORY}, config, context=User("here"))
        assert texts(recorder.seen[0]) == texts(shown)


class Model(BaseModel):
    messages: Annotated[list[AnyMessage], add_messages]
    topic: str = "none"


@dataclass
class Data:
    messages: Annotated[list[AnyMessage], add_messages]
    topic: str = "none"


@pytest.mark.parametrize("schema", [Model, Data])
def test_states_that_are_objects_stay_objects(schema: Any) -> None:
    seen = list[Any]()

    def node(state: Any) -> Any:
        seen.append(state)
        return schema(messages=[*state.messages, AIMessage("seen")], topic="new")

    builder = StateGraph(schema)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    graph = compress_graph(builder, 3_000).compile()
    state = graph.invoke(schema(messages=HISTORY))
    assert isinstance(seen[0], schema)
    assert tokens(seen[0].messages) <= 3_000
    assert state["topic"] == "new"
    assert texts(state["messages"]) == [*texts(list(HISTORY)), "seen"]
    out = graph.invoke(schema(messages=HISTORY), version="v2")
    assert isinstance(out.value, schema)
    parts = list(graph.stream(schema(messages=HISTORY), stream_mode="values", version="v2"))
    assert len(parts) == 2


class Replaced(TypedDict):
    messages: list[AnyMessage]


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (lambda shown: [*shown, AIMessage("new")], [*HISTORY, AIMessage("new")]),
        (lambda shown: shown, HISTORY),
        (lambda shown: shown[-1:], HISTORY[-1:]),
        (lambda shown: [HumanMessage("only")], [HumanMessage("only")]),
        (lambda shown: [m.model_copy() for m in shown], HISTORY),
    ],
)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda update: update,
        lambda update: Command(update=update),
        lambda update: [Command(update=list(update.items()))],
    ],
)
def test_originals_go_back_where_a_node_returns_what_it_was_shown(
    returned: Callable[[Any], Any], expected: list[Any], wrap: Callable[[Any], Any]
) -> None:
    def node(state: Replaced) -> Any:
        assert tokens(list(state["messages"])) <= 3_000
        return wrap({"messages": returned(state["messages"])})

    builder = StateGraph(Replaced)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    state = compress_graph(builder, 3_000).compile().invoke({"messages": HISTORY})
    assert state["messages"] == expected


def test_messages_without_ids_are_told_apart() -> None:
    same: list[AnyMessage] = [
        HumanMessage("Go."),
        *(AIMessage("the same " * 400) for _ in range(6)),
        HumanMessage("Go on."),
    ]
    shown = list[Any]()

    def node(state: Replaced) -> Any:
        shown.extend(state["messages"])
        return {"messages": [*state["messages"], AIMessage("new")]}

    builder = StateGraph(Replaced)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    state = compress_graph(builder, 1_000).compile().invoke({"messages": same})
    assert state["messages"] == [*same, AIMessage("new")]
    assert {message.id for message in shown} == {None}
