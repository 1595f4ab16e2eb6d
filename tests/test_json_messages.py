"""Tool results that are JSON stay JSON, whatever is left out of them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress import Budget, Compressor

from .conversations import Messages
from .helpers import EXAMPLES, TASK, step, tokens

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=30),
        st.text("abc ne\n", min_size=100, max_size=400),
        st.sampled_from(["ord-81723", "src/app/main.py:42", "…", "[7 tokens elided]"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=12), st.dictionaries(st.text("abc_…", max_size=8), inner, max_size=8)
    ),
    max_leaves=40,
)
DOCUMENTS = st.one_of(
    st.lists(VALUES, min_size=1, max_size=20),
    st.dictionaries(st.sampled_from(["id", "rows", "text", "meta"]), VALUES, min_size=1),
)


def written(document: Any, pretty: bool) -> str:
    return json.dumps(document, indent=2 if pretty else None, ensure_ascii=pretty)


def run(documents: list[Any], pretty: bool) -> Messages:
    texts = [written(document, pretty) for document in documents]
    return [TASK, *(message for number, text in enumerate(texts) for message in step(number, text))]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(DOCUMENTS, min_size=1, max_size=5), st.booleans(), st.floats(0.1, 0.95))
def test_json_stays_json_of_the_same_type(documents: list[Any], pretty: bool, share: float) -> None:
    messages = run(documents, pretty)
    ceiling = tokens(messages[:1]) + 60 + int(share * tokens(messages[1:]))
    result = Compressor(ceiling).compress(messages)
    assert tokens(result.messages) <= ceiling
    for message in result.messages:
        if message["role"] == "tool":
            kind = type(documents[int(message["tool_call_id"][1:])])
            assert isinstance(json.loads(message["content"]), kind)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(DOCUMENTS, min_size=1, max_size=4), st.booleans())
def test_the_lossless_pass_keeps_json_and_is_frozen(documents: list[Any], pretty: bool) -> None:
    messages = run(documents, pretty)
    compressor = Compressor(Budget(limit=10**6), lossless=True)
    first = compressor.compress(messages)
    assert first.tokens_after <= first.tokens_before
    assert not first.evicted
    for message in first.messages:
        if message["role"] == "tool":
            json.loads(message["content"])
    again = compressor.compress([*messages, *step(99, "{}")], plan=first.plan)
    assert again.messages[: len(messages)] == first.messages


@pytest.mark.parametrize("pretty", [False, True])
def test_what_is_left_says_how_much_is_gone(pretty: bool) -> None:
    rows = [{"id": f"ord-{i}", "note": "late again, ask the driver"} for i in range(200)]
    result = Compressor(400).compress(run([rows], pretty))
    shown = json.loads(result.messages[-1]["content"])
    assert [row for row in shown if isinstance(row, dict)]
    assert shown[-1].startswith("[")
    assert shown[-1].endswith(" tokens elided]")


def test_a_line_on_earlier_messages_stands_inside_the_json() -> None:
    documents = [[{"id": f"ord-{n}-{i}", "state": "open"} for i in range(60)] for n in range(8)]
    result = Compressor(700).compress(run(documents, False))
    first = next(message for message in result.messages if message["role"] == "tool")
    assert "removed" in json.loads(first["content"])[-1]
