"""Ready-made graphs, run with models that record or follow a script."""

import asyncio
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.prebuilt import ToolRuntime
from langgraph.store.memory import InMemoryStore

from agentcompress.graphs import TeamWorker, build_agent, build_long_run, build_rag, build_team
from agentcompress.graphs.scripted import ScriptedModel, asking
from agentcompress.tokens import RequestCounter

from .test_middleware import TASK, RecordingModel, read

COUNT = RequestCounter.for_model(None)
THREAD: Any = {"configurable": {"thread_id": "a"}}


def tokens(messages: list[BaseMessage]) -> int:
    return sum(COUNT.text(message.text) for message in messages)


class Noting:
    """A script that keeps what it is shown."""

    def __init__(self, answer: Any) -> None:
        self.requests = list[list[BaseMessage]]()
        self._answer = answer

    def __call__(self, messages: list[BaseMessage]) -> AIMessage:
        self.requests.append(messages)
        answer = self._answer(messages) if callable(self._answer) else self._answer
        return answer if isinstance(answer, AIMessage) else AIMessage(answer)


def test_an_agent_stays_within_its_budget_and_keeps_its_state() -> None:
    model = RecordingModel(steps=10)
    state = build_agent(model, [read], budget=3_000, system_prompt="Be brief.").invoke(TASK)
    pages = [message.content for message in state["messages"] if isinstance(message, ToolMessage)]
    assert pages == [read.invoke({"page": page}) for page in range(1, 11)]
    assert max(map(tokens, model.requests)) <= 3_000


def page(number: int) -> Document:
    text = (
        f"Pump {number} moves {number * 7} litres a minute and was built in {1900 + number}. "
        + "It hums. " * 20
    )
    return Document(text, metadata={"source": f"page {number}"})


LIBRARY = [page(number) for number in range(60)]
HANDBOOK = Document(
    "\n\n".join(f"Valve {n} opens at {n * 3} bar. " + "It is of brass. " * 12 for n in range(60)),
    metadata={"source": "handbook"},
)


def library(question: str) -> list[Document]:
    return [*LIBRARY, HANDBOOK, *LIBRARY[:5]]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_documents_are_pruned_to_the_budget(asynchronous: bool) -> None:
    noting = Noting("It is said there.")
    graph = build_rag(ScriptedModel(script=noting), RunnableLambda(library), budget=2_000, documents=1_200)
    asked: Any = {"messages": [HumanMessage("How much does pump 42 move, and when does valve 17 open?")]}
    state = asyncio.run(graph.ainvoke(asked)) if asynchronous else graph.invoke(asked)
    (request,) = noting.requests
    assert isinstance(request[0], SystemMessage)
    assert tokens(request) <= 2_000
    text = request[-1].text
    assert "Pump 42 moves 294 litres" in text
    assert "Valve 17 opens at 51 bar" in text
    assert text.endswith(asked["messages"][0].text)
    assert text.count("handbook") == 1
    assert state["documents"] == library("")
    assert all(document.metadata["source"] for document in state["shown"])
    assert [message.text for message in state["messages"]] == [asked["messages"][0].text, "It is said there."]


def test_repeated_documents_are_shown_once() -> None:
    noting = Noting("yes")
    graph = build_rag(ScriptedModel(script=noting), RunnableLambda(lambda _: LIBRARY[:2] * 10), budget=4_000)
    state = graph.invoke({"messages": [HumanMessage("Pump 1?")]})
    assert [d.page_content for d in state["shown"]] == [d.page_content for d in LIBRARY[:2]]


def test_a_long_talk_about_documents_fits() -> None:
    noting = Noting(lambda messages: "I think " + messages[-1].text[-400:] * 2)
    graph = build_rag(
        ScriptedModel(script=noting), RunnableLambda(library), budget=2_000, checkpointer=InMemorySaver()
    )
    for number in range(25):
        state = graph.invoke({"messages": [HumanMessage(f"And pump {number}? " + "Please. " * 40)]}, THREAD)
    assert max(map(tokens, noting.requests)) <= 2_000
    assert len(state["messages"]) == 50
    assert "Pump 24 moves" in noting.requests[-1][-1].text
    assert not any("Pump" in message.text for message in noting.requests[-1][1:-1] if message.type == "human")


def test_no_documents_are_no_error() -> None:
    noting = Noting("I do not know.")
    graph = build_rag(ScriptedModel(script=noting), RunnableLambda(lambda _: list[Document]()), budget=500)
    assert graph.invoke({"messages": [HumanMessage("Why?")]})["messages"][-1].text == "I do not know."
    with pytest.raises(ValueError, match="leaves nothing"):
        build_rag(ScriptedModel(script=noting), RunnableLambda(library), budget=10)


def workers(seen: dict[str, Noting]) -> list[TeamWorker]:
    out = []
    for name, start in (("logs", 1), ("code", 7)):
        seen[name] = Noting(read.invoke({"page": start}))
        agent = build_agent(ScriptedModel(script=seen[name]), [], budget=5_000)
        out.append(TeamWorker(name=name, description=f"Knows {name}.", agent=agent))
    return out


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_supervisor_sees_short_reports_and_the_state_keeps_whole_ones(asynchronous: bool) -> None:
    seen, noting = dict[str, Noting](), Noting(asking("logs", "code"))
    graph = build_team(ScriptedModel(script=noting), workers(seen), budget=2_000, hand_over=150)
    asked: Any = {"messages": [HumanMessage("Which is value_7_33?")]}
    state = asyncio.run(graph.ainvoke(asked)) if asynchronous else graph.invoke(asked)
    whole = [message.text for message in state["messages"] if isinstance(message, ToolMessage)]
    assert whole == [read.invoke({"page": 1}), read.invoke({"page": 7})]
    short = [message for message in noting.requests[-1] if isinstance(message, ToolMessage)]
    assert [message.tool_call_id for message in short] == ["logs-2", "code-2"]
    assert all(tokens([message]) <= 150 for message in short)
    assert "value_7_33 = 231" in state["messages"][-1].text
    for note in seen.values():
        assert [message.text for message in note.requests[0]] == ["Which is value_7_33?"]


def test_a_supervisor_that_asks_nobody_is_told_and_goes_on() -> None:
    noting = Noting(lambda messages: asking("nobody", "logs")(messages))
    graph = build_team(ScriptedModel(script=noting), workers({}), budget=2_000)
    state = graph.invoke({"messages": [HumanMessage("Which?")]})
    refused, report = [message for message in state["messages"] if isinstance(message, ToolMessage)]
    assert refused.status == "error"
    assert refused.text == "There is no worker 'nobody', only code, logs."
    assert report.text == read.invoke({"page": 1})
    assert "no worker" in state["messages"][-1].text


def test_a_team_of_bad_names() -> None:
    model, made = ScriptedModel(script=Noting("")), workers({})
    for wrong in (
        [],
        [made[0], made[0]],
        [TeamWorker(name="supervisor", description="", agent=made[0].agent)],
    ):
        with pytest.raises(ValueError, match="names of their own"):
            build_team(model, wrong)
    with pytest.raises(ValueError, match="at least 32"):
        build_team(model, made, hand_over=1)


def test_a_long_run_resumes_ends_and_outlives_its_tools(tmp_path: Any) -> None:
    failed = list[int]()

    @tool("read")
    def remember(page: int, runtime: ToolRuntime) -> str:
        """Reads a page."""
        if page == 3:
            failed.append(page)
            raise ValueError("broken page")
        assert runtime.store is not None
        runtime.store.put(("pages",), str(page), {"read": True})
        return str(read.invoke({"page": page}))

    model, store = RecordingModel(steps=60), InMemoryStore()
    path = str(tmp_path / "run.db")
    for _ in range(2):
        with SqliteSaver.from_conn_string(path) as saver:
            agent = build_long_run(
                model, [remember], checkpointer=saver, store=store, budget=12_000, reserve=500, steps=40
            )
            state = agent.invoke(TASK, THREAD)
    assert max(map(tokens, model.requests)) <= 11_500
    assert state["messages"][-1].text == "done"
    assert len(model.requests) == 61
    assert failed == [3, 3, 3]
    assert len(store.search(("pages",), limit=100)) == 59
    breaks = sum(b[: len(a)] != a for a, b in zip(model.requests, model.requests[1:], strict=False))
    assert breaks <= len(model.requests) / 4
    with pytest.raises(ValueError, match="steps must be positive"):
        build_long_run(model, [], checkpointer=None, steps=0)
