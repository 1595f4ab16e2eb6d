"""Filters: operators, nested values, dotted keys, and what has no order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.store.memory import InMemoryStore

from agentcompress.memory import FaissStore

VALUE = {
    "n": 5,
    "zero": 0,
    "text": "pear",
    "day": "2026-03-01",
    "number": "10",
    "flag": True,
    "nothing": None,
    "tags": ["x", "y"],
    "user": {"name": "ann", "access-level": "high", "deep": {"n": 1.5}},
    "dotted.key": "literal",
    "dotted": {"key": "path"},
    "o'brien": 1,
}


def fits(wanted: dict[str, Any]) -> bool:
    with FaissStore(index=False) as store:
        store.put(("a",), "k", VALUE)
        return bool(store.search(("a",), filter=wanted))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"n": 5}, True),
        ({"n": 5.0}, True),
        ({"n": "5"}, False),
        ({"n": 5, "text": "plum"}, False),
        ({"flag": True}, True),
        ({"nothing": None}, True),
        ({"missing": None}, True),
        ({"zero": None}, False),
        ({"tags": ["x", "y"]}, True),
        ({"tags": ("x", "y")}, True),
        ({"tags": ["y", "x"]}, False),
        ({"tags": ["x"]}, False),
        ({"user": {"name": "ann"}}, True),
        ({"user": {"name": "ann", "deep": {"n": {"$gt": 1}}}}, True),
        ({"user": {"name": "bob"}}, False),
        ({"text": {"name": "ann"}}, False),
        ({"user.name": "ann"}, True),
        ({"user.access-level": "high"}, True),
        ({"user.deep.n": {"$gte": 1.5, "$lt": 2}}, True),
        ({"user.name.first": "ann"}, False),
        ({"tags.0": "x"}, False),
        ({"dotted.key": "literal"}, True),
        ({"dotted.key": "path"}, False),
        ({"o'brien": 1}, True),
        ({"') OR 1=1 --": 1}, False),
        ({"text": "pear' OR '1'='1"}, False),
        ({"n": {"$eq": 5}}, True),
        ({"n": {"$ne": 5}}, False),
        ({"missing": {"$ne": 5}}, True),
        ({"missing": {"$eq": None}}, True),
        ({"n": {"$gt": 4, "$lte": 5}}, True),
        ({"n": {"$gt": 4, "$lt": 5}}, False),
        ({"n": {"$lt": float("inf")}}, True),
        ({"n": {"$lt": 10**100}}, True),
        ({"n": {"$eq": float("nan")}}, False),
        ({"n": {"$gte": float("nan")}}, False),
        ({"number": {"$gt": 9}}, True),
        ({"n": {"$lt": "10"}}, True),
        ({"day": {"$gte": "2026-02-28", "$lt": "2026-03-02"}}, True),
        ({"text": {"$gt": "apple"}}, True),
        ({"text": {"$gt": 1}}, False),
        ({"missing": {"$gt": 1}}, False),
        ({"missing": {"$lte": 1}}, False),
        ({"nothing": {"$lt": 1}}, False),
        ({"tags": {"$gt": 1}}, False),
        ({"n": {"$gt": None}}, False),
    ],
)
def test_what_a_filter_lets_through(wanted: dict[str, Any], expected: bool) -> None:
    assert fits(wanted) == expected


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"\$regex"):
        fits({"text": {"$regex": "p.*"}})


plain = st.integers(-3, 3) | st.booleans() | st.sampled_from(["", "a", "b"]) | st.none()
values = st.dictionaries(st.sampled_from("pqr"), plain | st.lists(plain, max_size=2), max_size=3)
ordered = st.sampled_from(["$gt", "$gte", "$lt", "$lte"])
conditions = (
    plain | st.lists(plain, max_size=2) | st.dictionaries(st.sampled_from(["$eq", "$ne"]), plain, min_size=1)
)


@given(st.lists(values, max_size=5), st.dictionaries(st.sampled_from("pqr"), conditions, max_size=2))
def test_equality_is_that_of_langgraphs_own_store(
    stored: list[dict[str, Any]], wanted: dict[str, Any]
) -> None:
    with FaissStore(index=False) as ours:
        theirs = InMemoryStore()
        for number, value in enumerate(stored):
            for store in (ours, theirs):
                store.put(("a",), str(number), value)
        found = [{item.key for item in store.search((), filter=wanted)} for store in (ours, theirs)]
    assert found[0] == found[1]


@given(st.integers() | st.floats(), ordered, st.integers() | st.floats())
def test_order_is_that_of_langgraphs_own_store(value: float, operator: str, other: float) -> None:
    with FaissStore(index=False) as ours:
        theirs = InMemoryStore()
        try:
            for store in (ours, theirs):
                store.put(("a",), "k", {"n": value})
            expected = len(theirs.search((), filter={"n": {operator: other}}))
        except OverflowError:  # integers beyond floats: theirs gives up
            return
        if abs(value) < 2**53 and abs(other) < 2**53:  # beyond, theirs rounds
            assert len(ours.search((), filter={"n": {operator: other}})) == expected
