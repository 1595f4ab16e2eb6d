"""Whatever is done in whatever order, the store answers as LangGraph's own in-memory store does."""

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from langgraph.store.base import Item, PutOp
from langgraph.store.memory import InMemoryStore

from agentcompress.memory import FaissStore, index

from .stores import INDEX

labels = st.sampled_from(["x", "y", "xy"])
namespaces = st.lists(labels, min_size=1, max_size=3).map(tuple)
prefixes = st.lists(labels, max_size=2).map(tuple)
names = st.sampled_from(["k1", "k2", "k3", "k4"])
texts = st.text("abch", max_size=4)
values = st.fixed_dictionaries(
    {"n": st.integers(0, 3)}, optional={"text": texts, "other": texts.map("c{}".format)}
).filter(lambda value: value.get("text") != value.get("other"))
indexing = st.sampled_from([None, False, ["other"], ["text", "other"]])
filters = st.none() | st.fixed_dictionaries({"n": st.integers(0, 3) | st.just({"$gt": 1})})

Name = tuple[tuple[str, ...], str]


def name(item: Item) -> Name:
    return item.namespace, item.key


class StoreMachine(RuleBasedStateMachine):
    @initialize(cells=st.booleans())
    def open(self, cells: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.patched = pytest.MonkeyPatch()
        self.patched.setattr(index, "FLAT_UP_TO", 3 if cells else 20_000)
        self.theirs = InMemoryStore(index=INDEX)
        self.ours = self.fresh()
        self.other = self.fresh()

    def fresh(self) -> FaissStore:
        return FaissStore(Path(self.folder.name) / "agent.db", index=INDEX)

    def teardown(self) -> None:
        self.ours.close()
        self.other.close()
        self.patched.undo()
        self.folder.cleanup()

    @rule(ops=st.lists(st.tuples(namespaces, names, st.none() | values, indexing), max_size=4))
    def batch(self, ops: list[tuple[Any, str, Any, Any]]) -> None:
        self.ours.batch([PutOp(namespace, key, value, how) for namespace, key, value, how in ops])
        for namespace, key, value, how in ops:
            # Theirs keeps vectors of fields that a later put does not have, and embeds no text twice at once.
            self.theirs.delete(namespace, key)
            self.theirs.batch([PutOp(namespace, key, value, how)])

    @rule(namespace=namespaces, key=names, value=values, how=indexing)
    def put_elsewhere(self, namespace: tuple[str, ...], key: str, value: dict[str, Any], how: Any) -> None:
        self.theirs.delete(namespace, key)
        for store in (self.other, self.theirs):
            store.put(namespace, key, value, index=how)

    @rule(namespace=namespaces, key=names)
    def delete(self, namespace: tuple[str, ...], key: str) -> None:
        self.ours.delete(namespace, key)
        self.theirs.delete(namespace, key)

    @rule()
    def reopen(self) -> None:
        self.ours.close()
        self.ours = self.fresh()

    @rule(namespace=namespaces, key=names)
    def get(self, namespace: tuple[str, ...], key: str) -> None:
        got = [store.get(namespace, key) for store in (self.ours, self.theirs)]
        assert [item and item.value for item in got] == [got[1] and got[1].value] * 2

    @rule(prefix=prefixes, wanted=filters, offset=st.integers(0, 9), limit=st.integers(0, 9))
    def search(self, prefix: tuple[str, ...], wanted: Any, offset: int, limit: int) -> None:
        whole = self.ours.search(prefix, filter=wanted, limit=1_000)
        theirs = self.theirs.search(prefix, filter=wanted, limit=1_000)
        assert sorted(map(name, whole)) == sorted(map(name, theirs))
        page = self.ours.search(prefix, filter=wanted, offset=offset, limit=limit)
        assert page == whole[offset : offset + limit]

    @rule(
        prefix=prefixes,
        query=texts.filter(bool),
        wanted=filters,
        offset=st.integers(0, 9),
        limit=st.integers(0, 9),
    )
    def ask(self, prefix: tuple[str, ...], query: str, wanted: Any, offset: int, limit: int) -> None:
        whole = self.ours.search(prefix, query=query, filter=wanted, limit=1_000)
        theirs = self.theirs.search(prefix, query=query, filter=wanted, limit=1_000)
        assert [item.score for item in whole] == [
            item.score and pytest.approx(item.score, abs=1e-6) for item in theirs
        ]
        assert self.by_score(whole) == self.by_score(theirs)
        page = self.ours.search(prefix, query=query, filter=wanted, offset=offset, limit=limit)
        assert page == whole[offset : offset + limit]

    @staticmethod
    def by_score(items: list[Any]) -> dict[float | None, set[Name]]:
        """Those of one score may stand in any order."""
        found = defaultdict(set)
        for item in items:
            found[None if item.score is None else round(item.score, 4)].add(name(item))
        return found

    @rule(prefix=prefixes, depth=st.none() | st.integers(1, 3))
    def list_namespaces(self, prefix: tuple[str, ...], depth: int | None) -> None:
        # Theirs also lists namespaces that are empty by now.
        held = {item.namespace for item in self.theirs.search((), limit=1_000)}
        expected = sorted({each[:depth] for each in held if each[: len(prefix)] == prefix})
        assert self.ours.list_namespaces(prefix=prefix, max_depth=depth) == expected

    @invariant()
    def processes_agree(self) -> None:
        if hasattr(self, "other"):
            found = [
                sorted(map(name, store.search((), query="a", limit=1_000)))
                for store in (self.ours, self.other)
            ]
            assert found[0] == found[1]


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=40, stateful_step_count=25)
