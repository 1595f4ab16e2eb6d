"""Whose memory is whose: a thread sees its own, and those of its namespace where one is named."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.base import BaseStore, SearchItem
from langgraph.store.memory import InMemoryStore

from agentcompress import ContextCompressionMiddleware
from agentcompress.archive import Archive, ArchivedMessage
from agentcompress.errors import InvalidInputError
from agentcompress.graphs.scripted import ScriptedModel
from agentcompress.memory import FaissStore

from .helpers import listing

NAMESPACE = ("users", "{user_id}")
ANN, ANN_AGAIN, BOB = ("t1", "ann"), ("t2", "ann"), ("t3", "bob")


@pytest.fixture(params=["memory", "faiss"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BaseStore]:
    if request.param == "memory":
        yield InMemoryStore()
    else:
        with FaissStore(tmp_path / "memory.db") as opened:
            yield opened


class Threads:
    """An agent in several threads over one store."""

    def __init__(self, store: BaseStore | None, *, asynchronous: bool = False, **settings: Any) -> None:
        self._asks: list[dict[str, str]] = []
        self._pages = 0
        self._asynchronous = asynchronous
        middleware = ContextCompressionMiddleware(1_500, recall=True, **settings)
        self._agent: Any = create_agent(
            ScriptedModel(script=self._script),
            [self._tool()],
            middleware=[middleware],
            store=store,
            checkpointer=InMemorySaver(),
        )

    def run(self, thread: tuple[str, str], *asks: dict[str, str]) -> list[str]:
        """Reads as many pages as leave the prompt, then asks; the answers."""
        self._asks, self._pages = list(asks), 6
        config = {"configurable": {"thread_id": thread[0], "user_id": thread[1]}, "recursion_limit": 100}
        said: Any = {"messages": [("user", f"Read on, {thread[0]}.")]}
        if self._asynchronous:
            state = asyncio.run(self._agent.ainvoke(said, config))
        else:
            state = self._agent.invoke(said, config)
        answers = [
            str(message.content)
            for message in state["messages"]
            if isinstance(message, ToolMessage) and message.name == "recall"
        ]
        return answers[-len(asks) :] if asks else []

    def _script(self, messages: list[Any]) -> AIMessage:
        thread = next(message.text for message in messages if message.type == "human").split()[-1][:-1]
        if self._pages:
            self._pages -= 1
            call = {"name": "read", "args": {"page": f"{thread}_{self._pages}"}}
        elif self._asks:
            call = {"name": "recall", "args": self._asks.pop(0)}
        else:
            return AIMessage("done")
        return AIMessage("", tool_calls=[{**call, "id": f"c{len(messages)}-{self._pages}"}])

    @staticmethod
    def _tool() -> Any:
        @tool
        def read(page: str) -> str:
            """Reads a page."""
            return listing(page)

        return read


def question(thread: tuple[str, str]) -> dict[str, str]:
    return {"question": f"What is value_{thread[0]}_5_17?"}


def found(thread: tuple[str, str]) -> str:
    return f"value_{thread[0]}_5_17 = 119"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_no_thread_sees_another_by_default(store: BaseStore, asynchronous: bool) -> None:
    threads = Threads(store, asynchronous=asynchronous)
    threads.run(ANN)
    kept = Archive(store, ANN[0]).messages()
    asks = [question(ANN), *({"result_id": one.id} for one in kept)]
    assert len(asks) > 4
    for answer in threads.run(ANN_AGAIN, *asks):
        assert "_t1_" not in answer.replace(question(ANN)["question"], "")
    assert found(ANN_AGAIN) in threads.run(ANN_AGAIN, question(ANN_AGAIN))[0]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_threads_of_a_namespace_recall_what_the_others_left(store: BaseStore, asynchronous: bool) -> None:
    threads = Threads(store, asynchronous=asynchronous, namespace=NAMESPACE)
    threads.run(ANN)
    kept = Archive(store, ANN[0], ("users", "ann")).messages()
    whole = next(one for one in kept if found(ANN) in one.text)
    asks = [question(ANN), {"result_id": whole.id}]
    by_question, by_id = threads.run(ANN_AGAIN, *asks)
    assert found(ANN) in by_question
    assert by_id.split("\n", 1)[1] == whole.text
    assert "in another conversation" in by_id.split("\n")[0]
    for answer in threads.run(BOB, *asks):
        assert found(ANN) not in answer
    assert [item.namespace[:2] for item in store.search(("users", "ann"), limit=1)] == [("users", "ann")]


def test_what_is_ones_own_comes_last() -> None:
    store = InMemoryStore()
    for thread, position in (("b", 5), ("a", 9), ("c", 1), ("a", 2)):
        archive = Archive(store, thread, ("team",))
        archive.keep([ArchivedMessage(key=f"{thread}{position}", role="tool", text="x", position=position)])
    seen = Archive(store, "b", ("team",)).messages()
    assert [(one.key, one.elsewhere) for one in seen] == [
        ("a2", True),
        ("a9", True),
        ("c1", True),
        ("b5", False),
    ]


class TextPrefixStore(InMemoryStore):
    """Compares prefixes as text, as some stores do: "7" is one of "70"."""

    def search(self, prefix: tuple[str, ...], /, *, limit: int = 10, **options: Any) -> list[SearchItem]:
        text = ".".join(prefix)
        found = super().search((), limit=1_000)
        return [item for item in found if ".".join(item.namespace).startswith(text)][:limit]

    async def asearch(self, prefix: tuple[str, ...], /, **options: Any) -> list[SearchItem]:
        return self.search(prefix, **options)


def test_a_thread_whose_name_begins_like_another_is_another() -> None:
    store = TextPrefixStore()
    archives = {name: Archive(store, name) for name in ("7", "70", "7.1")}
    for name, archive in archives.items():
        archive.keep([ArchivedMessage(key=name, role="tool", text="x", position=0)])
    for name, archive in archives.items():
        assert [one.key for one in archive.messages()] == [name]
        assert [one.key for one in asyncio.run(archive.amessages())] == [name]


LABELS = st.text(st.sampled_from("ab.:%/é{} "), min_size=1, max_size=3) | st.sampled_from(
    ["agentcompress", "agentcompress:archive", "agentcompress%3Aarchive"]
)
PLACES = st.tuples(LABELS, st.lists(LABELS, max_size=3).map(tuple))


@given(st.lists(PLACES, min_size=2, max_size=5, unique=True))
def test_an_archive_shows_its_own_and_those_of_its_namespace(
    places: list[tuple[str, tuple[str, ...]]],
) -> None:
    store = InMemoryStore()
    for number, place in enumerate(places):
        Archive(store, *place).keep([ArchivedMessage(key=str(number), role="tool", text="x", position=0)])
    for place in places:
        wanted = {
            str(number)
            for number, other in enumerate(places)
            if other == place or (place[1] and other[1] == place[1])
        }
        assert {one.key for one in Archive(store, *place).messages()} == wanted
        assert {one.key for one in asyncio.run(Archive(store, *place).amessages())} == wanted


def test_what_a_namespace_lacks_is_named_before_any_call() -> None:
    with pytest.raises(InvalidInputError, match=r"needs config\['configurable'\]\['user_id'\]"):
        Threads(InMemoryStore(), namespace=NAMESPACE).run(("t1", ""))
    with pytest.raises(InvalidInputError, match=r"\['team'\]"):
        Threads(InMemoryStore(), namespace=("{team}",)).run(ANN)
    with pytest.raises(InvalidInputError, match="needs a store"):
        Threads(None, namespace=NAMESPACE).run(ANN)


@pytest.mark.parametrize("namespace", ["users", ("users", ""), (1,)])
def test_a_namespace_is_labels(namespace: Any) -> None:
    with pytest.raises(ValueError, match="namespace must be labels"):
        ContextCompressionMiddleware(1_500, recall=True, namespace=namespace)


@pytest.mark.parametrize("label", ["{user-id}", "{user_id }", "{}", "{user_id", "user_id}", "{{user_id}}"])
def test_a_misspelt_place_is_no_label_that_all_users_share(label: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"got {label!r}")):
        ContextCompressionMiddleware(1_500, recall=True, namespace=("users", label))


def test_a_namespace_without_recall_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="recall=True"):
        ContextCompressionMiddleware(1_500, namespace=NAMESPACE)
