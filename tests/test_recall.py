"""What left the prompt comes back: by id word for word, by question within a budget."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from pydantic import Field

from agentcompress import ContextCompressionMiddleware
from agentcompress.archive import Archive, ArchivedMessage, Recaller, answer_tokens
from agentcompress.errors import InvalidInputError
from agentcompress.messages import codec_for
from agentcompress.tokens import RequestCounter

from .pictures import block, encoded, screen
from .stores import Stores
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


def asking(store: BaseStore | None, **asks: str) -> Any:
    middleware = ContextCompressionMiddleware(3_000, recall=True)
    model = AskingModel(steps=8, asks=asks)
    return create_agent(model, [read], middleware=[middleware], checkpointer=InMemorySaver(), store=store)


def answer_in(state: Any) -> str:
    answer = next(m for m in state["messages"] if isinstance(m, ToolMessage) and m.tool_call_id == "asked")
    assert COUNT.text(answer.text) <= 1_500
    return answer.text


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_question_brings_back_what_answers_it_without_a_store(asynchronous: bool) -> None:
    agent = asking(None, question="What is value_2_37?")
    state = asyncio.run(agent.ainvoke(TASK, thread("a"))) if asynchronous else agent.invoke(TASK, thread("a"))
    assert "value_2_37 = 74" in answer_in(state)


IMAGE = encoded(screen(1))


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        ({"type": "input_image", "image_url": IMAGE}, block(IMAGE)),
        (
            {"type": "media", "mime_type": "audio/wav", "data": "QUJD" * 2_000},
            {"type": "text", "text": "[media: no tool can show this again]"},
        ),
        (
            {"type": "audio", "mime_type": "audio/wav", "base64": "QUJD" * 2_000},
            {"type": "text", "text": "[audio: no tool can show this again]"},
        ),
    ],
)
def test_encoded_bytes_never_come_back_as_text(shown: dict[str, Any], answer: dict[str, Any]) -> None:
    turn = HumanMessage([{"type": "text", "text": "Look at this. " * 200}, shown])
    key = codec_for([turn]).read(turn).digest
    messages = [HumanMessage("Go."), AIMessage("Yes."), turn, AIMessage("I see."), HumanMessage("Read on.")]
    state = asking(None, result_id=key).invoke({"messages": messages}, thread("a"))
    content = next(m.content for m in state["messages"] if getattr(m, "tool_call_id", "") == "asked")
    assert content[1:] == [answer]


def test_a_question_brings_back_what_a_store_keeps(stores: Stores) -> None:
    with stores.opened() as store:
        state = asking(store, question="What is value_2_37?").invoke(TASK, thread("a.b"))
    assert "value_2_37 = 74" in answer_in(state)
    with stores.opened() as store:
        assert read.invoke({"page": 2}) in [one.text for one in Archive(store, "a.b").messages()]
        assert Archive(store, "other").messages() == []


def test_a_question_brings_back_what_a_store_keeps_asynchronously(stores: Stores) -> None:
    async def run() -> None:
        async with stores.aopened() as store:
            state = await asking(store, question="What is value_2_37?").ainvoke(TASK, thread("a.b"))
        assert "value_2_37 = 74" in answer_in(state)
        async with stores.aopened() as store:
            assert read.invoke({"page": 2}) in [one.text for one in await Archive(store, "a.b").amessages()]
            assert await Archive(store, "other").amessages() == []

    asyncio.run(run())


def test_marks_name_ids_that_bring_back_the_very_bytes(stores: Stores) -> None:
    model = RecordingModel(steps=8)
    with stores.opened() as store:
        agent: Any = create_agent(
            model,
            [read],
            middleware=[ContextCompressionMiddleware(3_000, recall=True)],
            checkpointer=InMemorySaver(),
            store=store,
        )
        agent.invoke(TASK, thread("a"))
        kept = Archive(store, "a").messages()
    shown = "\n".join(str(message.content) for message in model.requests[-1])
    named = [one for one in kept if f"recall {one.key[:8]}" in shown]
    assert named
    for one in named:
        answer = Recaller().by_id(kept, one.key[:8], budget=5_000)
        assert answer.split("\n", 1)[1] == one.text
    assert "recall" in {tool.name for tool in ContextCompressionMiddleware(3_000, recall=True).tools}
    assert not hasattr(ContextCompressionMiddleware(3_000), "tools")


HOSTILE = [
    "nul \0 here",
    "half a pair \ud800",
    "two halves \ud83d\ude00 and a whole \U0001f600",
    "\\u0000 \\ \x1b[0m",
]


def test_any_text_comes_back_as_it_was(stores: Stores) -> None:
    messages = [
        ArchivedMessage(key=f"{index:016x}", role="tool", text=text, position=index, call=f"read({text})")
        for index, text in enumerate(HOSTILE)
    ]
    with stores.opened() as store:
        Archive(store, "a").keep(messages)
        assert Archive(store, "a").messages() == messages


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_survives_json(text: str, call: str) -> None:
    message = ArchivedMessage(key="00", role="tool", text=text, position=0, call=call)
    data = message.to_dict()
    assert ArchivedMessage.from_dict(json.loads(json.dumps(data))) == message
    assert b"\0" not in (data["text"] + data["call"]).encode()  # which half a pair would stop


@pytest.mark.parametrize(
    "spoiled", [{"text": "\\x"}, {"text": "ü"}, {"text": 7}, {"more": 1}, {"version": 2}]
)
def test_what_is_no_archived_message_is_an_error(spoiled: dict[str, Any]) -> None:
    data = ArchivedMessage(key="00", role="tool", text="\0", position=0).to_dict()
    with pytest.raises(InvalidInputError, match="archived message"):
        ArchivedMessage.from_dict({**data, **spoiled})


def test_no_message_of_a_long_conversation_is_missed(stores: Stores) -> None:
    # Put at once they have one time, and a store may order what has one time anew for each page.
    messages = [
        ArchivedMessage(key=f"{index:016x}", role="tool", text="x" * (index % 50 + 1), position=index)
        for index in range(1_500)
    ]

    async def run() -> None:
        async with stores.aopened() as store:
            assert await Archive(store, "a").amessages() == messages

    with stores.opened() as store:
        Archive(store, "a").keep(messages)
        assert Archive(store, "a").messages() == messages
    asyncio.run(run())


def test_workers_may_keep_the_same_at_once(stores: Stores) -> None:
    messages = [
        ArchivedMessage(key=f"{index:016x}", role="tool", text="x" * 500, position=index)
        for index in range(200)
    ]

    def keep(given: Sequence[ArchivedMessage]) -> None:
        with stores.opened() as store:
            for _ in range(10):
                Archive(store, "a").keep(given)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(keep, given) for given in (messages, messages[::-1]) * 2]:
            done.result()
    with stores.opened() as store:
        assert Archive(store, "a").messages() == messages


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


def test_one_line_that_answers_outranks_listings_that_share_its_words() -> None:
    listing = "".join(f"pygments/lexers/part_{number}.py  {number} lines\n" for number in range(400))
    said = "The distribution of pygments is Pygments.\nNext I list its files.\n"
    kept = [
        ArchivedMessage(key="ab" * 8, role="tool", text=listing, position=2, call="list_files(pygments)"),
        ArchivedMessage(key="cd" * 8, role="assistant", text=said, position=1),
    ]
    answer = Recaller().by_question(kept, "Which distribution installs pygments?", budget=120)
    assert "The distribution of pygments is Pygments." in answer
    assert COUNT.text(answer) <= 120


def test_a_line_is_found_by_the_call_that_showed_it() -> None:
    code = "".join(f"{number:>5}  filler_{number} = {number}\n" for number in range(300))
    files = [code.replace(f"filler_{place} = {place}\n", "def clear(self):\n") for place in (40, 70, 210)]
    kept = [
        ArchivedMessage(key=name * 8, role="tool", text=text, position=1, call=f"read_file(src/{name}.py)")
        for name, text in zip(("aa", "bb", "cc"), files, strict=True)
    ]
    answer = Recaller().by_question(kept, "Which line of src/bb.py is def clear?", budget=100)
    assert "70  def clear(self):" in answer


@pytest.mark.parametrize(("limit", "tokens"), [(1_000, 300), (16_000, 800), (200_000, 1_500), (0.5, 1_500)])
def test_an_answer_takes_a_twentieth_of_the_ceiling(limit: int | float, tokens: int) -> None:
    assert answer_tokens(limit) == tokens


def test_an_archive_needs_a_name() -> None:
    with pytest.raises(ValueError, match="name of the conversation"):
        Archive(InMemoryStore(), "")
