"""What left the prompt comes back: by id word for word, by question within a budget."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore
from pydantic import Field

from agentcompress import ContextCompressionMiddleware
from agentcompress.archive import Archive, ArchivedMessage, Recaller
from agentcompress.tokens import RequestCounter

from .test_middleware import TASK, RecordingModel, read

COUNT = RequestCounter.for_model(None)


def thread(name: str) -> Any:
    return {"configurable": {"thread_id": name}}


def pages(count: int = 9) -> list[ArchivedMessage]:
    return [
        ArchivedMessage(
            key=f"{page:016x}",
            role="tool",
            text=read.invoke({"page": page}),
            position=page,
            call=f"read({page})",
        )
        for page in range(1, count)
    ]


class AskingModel(RecordingModel):
    """Reads some pages, asks for one of them back, then answers."""

    asks: dict[str, str] = Field(default_factory=dict)

    def _generate(self, messages: Any, *args: Any, **more: Any) -> Any:
        result = super()._generate(messages, *args, **more)
        if len(self.requests) == self.steps + 1:
            call = {"name": "recall", "args": self.asks, "id": "asked"}
            result.generations[0].message = AIMessage("", tool_calls=[call])
        return result


def asked(store: InMemoryStore | None, asynchronous: bool, **asks: str) -> str:
    model = AskingModel(steps=8, asks=asks)
    middleware = ContextCompressionMiddleware(3_000, recall=True)
    agent: Any = create_agent(
        model, [read], middleware=[middleware], checkpointer=InMemorySaver(), store=store
    )
    state = (
        asyncio.run(agent.ainvoke(TASK, thread("a.b"))) if asynchronous else agent.invoke(TASK, thread("a.b"))
    )
    answer = next(m for m in state["messages"] if isinstance(m, ToolMessage) and m.tool_call_id == "asked")
    assert COUNT.text(answer.text) <= 1_500
    return answer.text


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("stored", [False, True])
def test_a_question_brings_back_what_answers_it(stored: bool, asynchronous: bool) -> None:
    store = InMemoryStore() if stored else None
    answer = asked(store, asynchronous, question="What is value_2_37?")
    assert "value_2_37 = 74" in answer
    if store:
        kept = Archive(store, "a.b").messages()
        assert read.invoke({"page": 2}) in [one.text for one in kept]
        assert Archive(store, "other").messages() == []


def test_marks_name_ids_that_bring_back_the_very_bytes() -> None:
    model, store = RecordingModel(steps=8), InMemoryStore()
    agent: Any = create_agent(
        model,
        [read],
        middleware=[ContextCompressionMiddleware(3_000, recall=True)],
        checkpointer=InMemorySaver(),
        store=store,
    )
    agent.invoke(TASK, thread("a"))
    shown = "\n".join(str(message.content) for message in model.requests[-1])
    kept = Archive(store, "a").messages()
    named = [one for one in kept if f"recall {one.key[:8]}" in shown]
    assert named
    for one in named:
        answer = Recaller().by_id(kept, one.key[:8], budget=5_000)
        assert answer.split("\n", 1)[1] == one.text
    assert "recall" in {tool.name for tool in ContextCompressionMiddleware(3_000, recall=True).tools}
    assert not hasattr(ContextCompressionMiddleware(3_000), "tools")


def test_lines_come_back_word_for_word_and_say_how_to_go_on() -> None:
    kept = pages()
    rows = kept[0].text.splitlines(keepends=True)
    recaller = Recaller()
    part = recaller.by_id(kept, kept[0].key, "10-12", budget=1_500)
    assert part.split("\n", 1)[1] == "".join(rows[9:12])
    begun = recaller.by_id(kept, kept[0].key, budget=300)
    assert COUNT.text(begun) <= 300
    head, text = begun.split("\n", 1)
    assert kept[0].text.startswith(text)
    assert f"go on with lines='{text.count(chr(10)) + 1}-60'" in head


@pytest.mark.parametrize(
    ("key", "lines", "said"),
    [
        ("ffff", None, "Nothing is archived"),
        ("0000000000000001", "70-80", "60 lines"),
        ("", None, "Nothing"),
    ],
)
def test_errors_say_what_to_do(key: str, lines: str | None, said: str) -> None:
    assert said in Recaller().by_id(pages(), key, lines, budget=1_500)


@pytest.mark.parametrize("budget", [60, 400, 1_500])
def test_answers_stay_within_their_budget(budget: int) -> None:
    answer = Recaller().by_question(pages(30), "What is value_7_12?", budget=budget)
    assert COUNT.text(answer) <= budget
    assert "value_7_12 = 84" in answer


def test_what_is_seen_is_not_brought_back_again_unless_the_question_names_it() -> None:
    kept = pages(4)
    answer = Recaller().by_question(kept, "value_1_5", seen=kept[0].text, budget=400)
    assert answer.count("value_1_") == 1
    assert "value_1_5 =" in answer


def test_a_name_that_many_lines_have_is_told_by_what_else_is_asked() -> None:
    calls = "\n".join(f"{number:>5}  loop_{number}(run_task, retries_{number})" for number in range(900))
    text = calls.replace("loop_444(run_task, retries_444)", "def run_task(job_id):")
    kept = [ArchivedMessage(key="ab" * 8, role="tool", text=text, position=1, call="read_file(loop.py)")]
    answer = Recaller().by_question(kept, "Which line is def run_task?", seen="run_task", budget=300)
    assert "444  def run_task(job_id):" in answer
    assert "recall" not in answer


def test_an_archive_needs_a_name() -> None:
    with pytest.raises(ValueError, match="name of the conversation"):
        Archive(InMemoryStore(), "")
