"""Keep what the nodes of a plain StateGraph see within a token budget.

Offline: nodes that print what they are shown stand in for nodes that call models.
"""

from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from agentcompress import compress_graph


def research(state: MessagesState) -> dict[str, Any]:
    """Reports what it found, at length."""
    number = len(state["messages"])
    lines = [f"host-{number}-{i}: {i * 13 % 100} requests queued" for i in range(300)]
    lines[117] = f"host-{number}-117: FAILED, disk vol-{number} is full"
    return {"messages": [AIMessage("\n".join(lines), name="research")]}


def decide(state: MessagesState) -> dict[str, Any]:
    """Says what it sees of the reports."""
    seen = [line for message in state["messages"] for line in message.text.splitlines()]
    failures = [line for line in seen if "FAILED" in line]
    print(f"decide sees {len(seen):>4} lines, with {len(failures)} failures")
    return {
        "messages": [HumanMessage(f"Go on: which disk is full on host-{len(state['messages']) + 1}-117?")]
    }


def build() -> StateGraph[MessagesState]:
    """Two nodes that take turns."""
    builder = StateGraph(MessagesState)
    builder.add_node("research", research)
    builder.add_node("decide", decide)
    builder.add_edge(START, "research")
    builder.add_edge("research", "decide")
    builder.add_conditional_edges(
        "decide", lambda state: "research" if len(state["messages"]) < 9 else "__end__"
    )
    return builder


def main() -> None:
    """Runs the graph and says what its state still holds."""
    graph = compress_graph(build(), budget=8_000, hand_over={"research": 200}).compile()
    state = graph.invoke({"messages": [HumanMessage("Which disk is full?")]})
    lines = sum(len(message.text.splitlines()) for message in state["messages"])
    print(f"the state holds {lines:>4} lines")


if __name__ == "__main__":
    main()
