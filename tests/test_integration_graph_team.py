"""Plain graphs of several agents: fan-out, sub-graphs, and what they hand over to each other."""

import asyncio
import operator
from itertools import pairwise
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, Overwrite, Send, interrupt

from agentcompress import CompressionResult, ContextCompressionMiddleware, compress_graph

from .test_integration_graph import HISTORY, THREAD, agent, pages, texts, tokens
from .test_middleware import TASK, RecordingModel, read

BRANCHES = 20


class Topics(MessagesState):
    seen: Annotated[list[tuple[int, list[str]]], operator.add]
    rounds: Annotated[int, operator.add]


class Topic(MessagesState):
    topic: int


def payload(topic: int, questions: int, lines: int = 40) -> list[AnyMessage]:
    """A conversation of its own on a topic; one of more questions extends one of fewer."""
    out = list[AnyMessage]()
    for question in range(questions):
        shown = range(lines if question < 2 else lines // 4)
        notes = (f"note {topic}-{question}-{line}: value_{topic}_{line}" for line in shown)
        out += [AIMessage("\n".join(notes)), HumanMessage(f"What is value_{topic}_{question}?")]
    return [HumanMessage("Sum up."), *out]


def fan(budget: int, seen: list[CompressionResult]) -> Any:
    """Twenty branches of one node, twice, each with a conversation that has grown the second time."""

    def worker(state: Topic) -> Any:
        return {"seen": [(state["topic"], texts(state["messages"]))], "messages": [AIMessage("done")]}

    def gather(state: Topics) -> Any:
        return {"rounds": 1}

    def route(state: Topics) -> Any:
        if state["rounds"] == 3:
            return "__end__"
        questions = 1 + state["rounds"]
        return [Send("worker", {"topic": t, "messages": payload(t, questions)}) for t in range(BRANCHES)]

    builder = StateGraph(Topics)
    builder.add_node("worker", worker)
    builder.add_node("gather", gather)
    builder.add_edge(START, "gather")
    builder.add_conditional_edges("gather", route)
    builder.add_edge("worker", "gather")
    return compress_graph(builder, budget, on_compression=seen.append)


def alone(topic: int, budget: int) -> list[list[str]]:
    """What a branch sees when it is the only one: the state of a thread that grows the same way."""
    seen = list[list[str]]()

    def worker(state: MessagesState) -> Any:
        seen.append(texts(state["messages"]))
        return {}

    builder = StateGraph(MessagesState)
    builder.add_node("worker", worker)
    builder.add_edge(START, "worker")
    graph = compress_graph(builder, budget).compile(checkpointer=InMemorySaver())
    graph.invoke({"messages": payload(topic, 2)}, THREAD)
    graph.invoke({"messages": payload(topic, 3)[5:]}, THREAD)
    return seen


@pytest.mark.parametrize("asynchronous", [False, True])
def test_branches_of_a_fan_out_do_not_see_each_other(asynchronous: bool) -> None:
    results = list[CompressionResult]()
    graph = fan(900, results).compile()
    start: Any = {"messages": HISTORY[:1], "rounds": 0}
    state = asyncio.run(graph.ainvoke(start)) if asynchronous else graph.invoke(start)
    assert len(state["seen"]) == 2 * BRANCHES
    assert max(result.tokens_after for result in results) <= 900
    for topic in range(0, BRANCHES, 4):
        shown = [view for number, view in state["seen"] if number == topic]
        assert shown == alone(topic, 900)


def test_a_branch_goes_on_from_its_own_decisions() -> None:
    results = list[CompressionResult]()
    state = fan(900, results).compile().invoke({"messages": HISTORY[:1], "rounds": 0})
    again = results[BRANCHES + 1 :]  # The other one is what the gathering node sees.
    assert not any(result.evicted for result in again if len(result.messages) > 2)
    for topic in range(BRANCHES):
        first, second = (view for number, view in state["seen"] if number == topic)
        assert second[: len(first)] == first


def test_branches_may_be_graphs_in_graphs() -> None:
    shown: dict[str, list[list[str]]] = {"note": [], "again": []}

    def note(state: MessagesState) -> Any:
        shown["note"].append(texts(list(state["messages"])))
        bill = tokens(list(state["messages"])) * 5 // 4 if asked(state) == 3 else 1
        usage: UsageMetadata = {"input_tokens": bill, "output_tokens": 1, "total_tokens": bill + 1}
        return {"messages": [AIMessage("noted", usage_metadata=usage)]}

    def again(state: MessagesState) -> Any:
        shown["again"].append(texts(list(state["messages"])))
        return {"messages": [AIMessage("noted")]}

    def asked(state: MessagesState) -> int:
        return int(state["messages"][-1].text[-2]) + 1

    deep = StateGraph(MessagesState)
    deep.add_node("note", note)
    deep.add_node("again", again)
    # In the second round one node learns something while the other does not run.
    deep.add_conditional_edges(START, lambda state: ["note"] if asked(state) == 3 else ["note", "again"])
    middle = StateGraph(MessagesState)
    middle.add_node("deep", deep.compile())
    middle.add_edge(START, "deep")

    class Rounds(MessagesState):
        rounds: Annotated[int, operator.add]

    def route(state: Rounds) -> Any:
        sends = [Send("middle", {"messages": payload(t, state["rounds"] + 1)}) for t in range(3)]
        return sends if state["rounds"] < 4 else "__end__"

    builder = StateGraph(Rounds)
    builder.add_node("middle", middle.compile())
    builder.add_node("gather", lambda state: {"rounds": 1})
    builder.add_edge(START, "gather")
    builder.add_edge("middle", "gather")
    builder.add_conditional_edges("gather", route)
    state = compress_graph(builder, 1_000).compile().invoke({"messages": HISTORY[:1], "rounds": 0})
    # What branches return is merged into the state: originals, whatever their nodes were shown.
    said = set(texts(state["messages"]))
    assert said == {"noted", *texts(HISTORY[:1]), *texts([m for t in range(3) for m in payload(t, 4)])}
    for topic in range(3):
        first, last = (view for view in shown["again"] if f"value_{topic}_" in view[-1])
        assert last[: len(first)] == first


def test_a_command_may_send_and_overwrite_what_its_node_was_shown() -> None:
    sent = list[Any]()

    def lead(state: MessagesState) -> Command[Any]:
        whole = Overwrite([*state["messages"], AIMessage("new")])
        return Command(update={"messages": whole}, goto=[Send("follow", {"messages": state["messages"]})])

    def follow(state: MessagesState) -> Any:
        sent.append(state["messages"])
        return {"messages": state["messages"][-1]}

    builder = StateGraph(MessagesState)
    builder.add_node("lead", lead)
    builder.add_node("follow", follow)
    builder.add_edge(START, "lead")
    state = compress_graph(builder, 3_000).compile().invoke({"messages": HISTORY})
    assert texts(state["messages"]) == [*texts(list(HISTORY)), "new"]
    assert tokens(sent[0]) <= 3_000


def test_branches_that_are_not_seen_again_are_forgotten() -> None:
    class Sums(MessagesState):
        rounds: Annotated[int, operator.add]

    def worker(state: Any) -> Any:
        return {"messages": []}

    def route(state: Sums) -> Any:
        if state["rounds"] == 5:
            return "__end__"
        start = state["rounds"] * BRANCHES
        return [Send("worker", {"messages": payload(start + t, 1, lines=8)}) for t in range(BRANCHES)]

    builder = StateGraph(Sums)
    builder.add_node("worker", worker, input_schema=Sums)
    builder.add_node("gather", lambda _: {"rounds": 1})
    builder.add_edge(START, "gather")
    builder.add_conditional_edges("gather", route)
    builder.add_edge("worker", "gather")
    saver = InMemorySaver()
    graph = compress_graph(builder, 100).compile(checkpointer=saver)
    graph.invoke({"messages": HISTORY[:1], "rounds": 0}, THREAD)
    checkpoint = saver.get(THREAD)
    assert checkpoint is not None
    assert len(checkpoint["channel_values"]["agentcompress_plans"]) == 64


def team(worker: Any, rounds: int, **middle: Any) -> StateGraph[Any]:
    """A boss that asks a worker for a report again and again."""

    class Asked(MessagesState):
        rounds: Annotated[int, operator.add]

    def boss(state: Asked) -> Any:
        return {"messages": [HumanMessage(f"Report {state['rounds']}.")], "rounds": 1}

    builder = StateGraph(Asked)
    builder.add_node("boss", boss)
    builder.add_node("worker", worker)
    builder.add_edge(START, "boss")
    builder.add_edge("boss", "worker")
    builder.add_conditional_edges("worker", lambda state: "boss" if state["rounds"] < rounds else "__end__")
    return builder


@pytest.mark.parametrize("asynchronous", [False, True])
def test_nodes_of_a_sub_graph_see_views_that_extend_each_other(asynchronous: bool) -> None:
    model, seen = RecordingModel(steps=8), list[CompressionResult]()
    builder = team(agent(model).compile(), 6)
    graph = compress_graph(builder, 4_000, on_compression=seen.append).compile()
    start: Any = {**TASK, "rounds": 0}
    state = asyncio.run(graph.ainvoke(start)) if asynchronous else graph.invoke(start)
    assert pages(state) == [read.invoke({"page": page}) for page in range(1, 9)]
    assert set(state) == {"messages", "rounds"}
    assert max(map(tokens, model.requests)) <= 4_000
    inside = [result for result in seen if any("Report" in m.text for m in result.messages)]
    assert sum(result.evicted for result in inside) <= 6
    breaks = sum(texts(after)[: len(before)] != texts(before) for before, after in pairwise(model.requests))
    assert breaks <= sum(result.evicted for result in seen)


def test_a_sub_graph_is_found_and_goes_on_after_an_interrupt() -> None:
    shown = list[list[Any]]()

    def look(state: MessagesState) -> Any:
        shown.append(state["messages"])
        return {"messages": [AIMessage("looked")]}

    def ask(state: MessagesState) -> Any:
        return {"messages": [AIMessage(interrupt("sure?"))]}

    inner = StateGraph(MessagesState)
    inner.add_sequence([("look", look), ("ask", ask), ("again", look)])
    inner.add_edge(START, "look")
    saver = InMemorySaver()

    def make() -> Any:
        return compress_graph(team(inner.compile(name="inner"), 2), 3_000).compile(checkpointer=saver)

    make().invoke({"messages": HISTORY, "rounds": 0}, THREAD)
    inside = make().get_state(THREAD, subgraphs=True).tasks[0].state
    assert inside.next == ("ask",)
    assert set(inside.values) == {"messages"}
    state = make().invoke(Command(resume="yes"), THREAD)
    assert "__interrupt__" in state
    state = make().invoke(Command(resume="no"), THREAD)
    assert texts(state["messages"])[-4:] == ["Report 1.", "looked", "no", "looked"]
    assert [message for message in state["messages"] if message.id in {m.id for m in HISTORY}] == HISTORY
    assert len(shown) == 4
    assert max(map(tokens, shown)) <= 3_000
    # What a node saw in the first call of the sub-graph, it sees in the second.
    assert texts(shown[2])[: len(shown[0])] == texts(shown[0])
    assert texts(shown[3])[: len(shown[1])] == texts(shown[1])


def test_sub_graphs_stream_as_before() -> None:
    def events(compressed: bool) -> list[Any]:
        builder = team(agent(RecordingModel(steps=3)).compile(), 2)
        graph = compress_graph(builder, 3_000).compile() if compressed else builder.compile()
        modes: Any = ["updates", "values"]
        return [
            (tuple(part.split(":")[0] for part in namespace), mode, sorted(data))
            for namespace, mode, data in graph.stream(
                {**TASK, "rounds": 0}, stream_mode=modes, subgraphs=True
            )
        ]

    assert events(compressed=True) == events(compressed=False)


def test_an_agent_in_a_graph_is_compressed_unless_it_compresses_itself() -> None:
    model = RecordingModel(steps=12)
    builder = team(create_agent(model, [read]), 1)
    compress_graph(builder, 4_000).compile().invoke({**TASK, "rounds": 0})
    assert max(map(tokens, model.requests)) <= 4_000
    own = RecordingModel(steps=12)
    made = create_agent(own, [read], middleware=[ContextCompressionMiddleware(6_000)])
    compress_graph(team(made, 1), 4_000).compile().invoke({**TASK, "rounds": 0})
    assert 4_000 < max(map(tokens, own.requests)) <= 6_000
    with pytest.raises(ValueError, match="compresses its messages already"):
        compress_graph(made, 4_000)


def test_a_budget_for_the_nodes_of_a_sub_graph() -> None:
    model = RecordingModel(steps=8)
    builder = team(agent(model).compile(), 1)
    compress_graph(builder, 20_000, nodes={"worker": 2_500}).compile().invoke({**TASK, "rounds": 0})
    assert max(map(tokens, model.requests)) <= 2_500


def test_a_sub_graph_may_hand_over_to_its_parent() -> None:
    def leave(state: MessagesState) -> Command[Any]:
        update = {"messages": [*state["messages"], AIMessage("left")]}
        return Command(goto="next", update=update, graph=Command.PARENT)

    inner = StateGraph(MessagesState)
    inner.add_node("leave", leave)
    inner.add_edge(START, "leave")
    builder = StateGraph(MessagesState)
    builder.add_node("inner", inner.compile())
    builder.add_node("next", lambda state: {"messages": [AIMessage(str(tokens(state["messages"])))]})
    builder.add_edge(START, "inner")
    saver = InMemorySaver()
    graph = compress_graph(builder, 3_000).compile(checkpointer=saver)
    state = graph.invoke({"messages": HISTORY}, THREAD)
    assert texts(state["messages"])[:-1] == [*texts(list(HISTORY)), "left"]
    assert int(state["messages"][-1].text) <= 3_000
    checkpoint = saver.get(THREAD)
    assert checkpoint is not None
    assert set(checkpoint["channel_values"]["agentcompress_plans"]) == {"inner|leave", "next"}


def report(number: int) -> str:
    return str(read.invoke({"page": number}))


@pytest.mark.parametrize("nested", [False, True])
def test_what_is_handed_over_is_short_for_others_and_whole_for_its_author(nested: bool) -> None:
    seen: dict[str, list[list[str]]] = {"worker": [], "reader": []}

    def worker(state: MessagesState) -> Any:
        seen["worker"].append(texts(state["messages"]))
        return {"messages": [AIMessage(report(len(seen["worker"])), name="worker")]}

    def reader(state: MessagesState) -> Any:
        seen["reader"].append(texts(state["messages"]))
        return {"messages": [HumanMessage("Which is value_2_7?")]}

    node: Any = worker
    if nested:
        inner = StateGraph(MessagesState)
        inner.add_node("inner", worker)
        inner.add_edge(START, "inner")
        node = inner.compile()
    builder = StateGraph(MessagesState)
    builder.add_node("worker", node)
    builder.add_node("reader", reader)
    builder.add_edge(START, "worker")
    builder.add_edge("worker", "reader")
    builder.add_conditional_edges("reader", lambda s: "worker" if len(s["messages"]) < 6 else "__end__")
    graph = compress_graph(builder, 50_000, hand_over={"worker": 100}).compile(checkpointer=InMemorySaver())
    state = graph.invoke({"messages": [HumanMessage("Report.")]}, THREAD)
    whole = [report(number) for number in range(1, 4)]
    assert [m.text for m in state["messages"] if m.name == "worker"] == whole
    assert seen["worker"][2][1:4:2] == whole[:2]
    short = seen["reader"][2][1::2]
    for text, original in zip(short, whole, strict=True):
        assert tokens([HumanMessage(text)]) <= 100 < tokens([HumanMessage(original)])
    assert "value_2_7 = 14" in short[1]  # What its node was asked for.
    assert [views[1] for views in seen["reader"]] == [short[0]] * 3  # Frozen.


class Asked(TypedDict):
    id: str


def test_results_of_calls_are_handed_over_too() -> None:
    shown = list[list[Any]]()

    def caller(state: MessagesState) -> Any:
        shown.append(state["messages"])
        if len(shown) > 1:
            return {"messages": [AIMessage("done")]}
        call = {"name": "read", "args": {"page": 3}, "id": "c"}
        return {"messages": [AIMessage("", tool_calls=[call])]}

    def worker(state: Asked) -> Any:
        return {"messages": [ToolMessage(report(3), tool_call_id=state["id"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("caller", caller)
    builder.add_node("worker", worker)
    builder.add_edge(START, "caller")
    builder.add_conditional_edges(
        "caller", lambda s: [Send("worker", {"id": c["id"]}) for c in s["messages"][-1].tool_calls]
    )
    builder.add_edge("worker", "caller")
    graph = compress_graph(builder, 50_000, hand_over={"worker": 200}).compile()
    state = graph.invoke({"messages": [HumanMessage("Which is value_3_7?")]})
    assert pages(state) == [report(3)]
    (short,) = pages({"messages": shown[1]})
    assert tokens([HumanMessage(short)]) <= 200
