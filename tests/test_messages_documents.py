"""Documents in messages: the text is cut, title, source and settings come back byte for byte."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agentcompress import Compressor
from agentcompress.messages import codec_for
from agentcompress.tokens import RequestCounter
from agentcompress.values import Part

from .helpers import listing

TEXT = listing("body", 60)
PDF = "JVBERi0xLjcK" * 400


def plain(text: str) -> dict[str, Any]:
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return {
        "type": "document",
        "source": source,
        "title": "Fees 2024",
        "context": "internal",
        "citations": {"enabled": True},
    }


def chunked(text: str) -> dict[str, Any]:
    source = {"type": "content", "content": [{"type": "text", "text": text}]}
    return {"type": "document", "source": source, "title": "Fees", "cache_control": {"type": "ephemeral"}}


def found(text: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {
        "type": "search_result",
        "source": "https://example.org/fees?id=7",
        "title": "Fees",
        "content": content,
        "citations": {"enabled": True},
    }


def standard(text: str) -> dict[str, Any]:
    return {"type": "text-plain", "text": text, "mime_type": "text/plain", "title": "Fees", "id": "lc_1"}


def file(text: str) -> dict[str, Any]:
    return {"type": "file", "source_type": "text", "text": text, "mime_type": "text/plain"}


MAKERS = [plain, chunked, found, standard, file]
Maker = Callable[[str], dict[str, Any]]


def answer(block: Any) -> ToolMessage:
    return ToolMessage([block], tool_call_id="c1", name="search", artifact=[Document(page_content=TEXT)])


def texts(parts: tuple[Part, ...]) -> list[str]:
    return [part.text for part in parts if part.kind == "text"]


@pytest.mark.parametrize("make", MAKERS)
def test_the_text_of_a_document_is_text_and_the_rest_stays_with_the_message(make: Maker) -> None:
    raw = answer(make(TEXT))
    codec = codec_for([raw])
    message = codec.read(raw)
    assert [part.kind for part in message.parts] == ["call", "text"]
    assert message.text == TEXT
    assert json.loads(message.parts[0].text) == make("…")
    assert codec.write(message) is raw


@pytest.mark.parametrize("make", MAKERS)
@given(st.text(min_size=1))
def test_what_is_written_differs_in_nothing_but_the_text(make: Maker, text: str) -> None:
    raw = {
        "role": "tool",
        "tool_call_id": "c1",
        "content": ["before", make(TEXT), {"type": "text", "text": "x"}],
    }
    codec = codec_for([raw])
    message = codec.read(raw)
    before, frame, body, after = message.parts
    short = Part(kind="text", text=text, origin=body.origin)
    written = codec.write(message.with_parts((before, frame, short, after)))
    assert json.dumps(written["content"]) == json.dumps(["before", make(text), raw["content"][2]])
    assert raw["content"][1] == make(TEXT)


@pytest.mark.parametrize("make", MAKERS)
def test_a_document_without_its_text_still_says_what_it_was(make: Maker) -> None:
    raw = answer(make(TEXT))
    codec = codec_for([raw])
    message = codec.read(raw)
    bare = message.with_parts(message.parts[:1])
    written = codec.write(bare)
    assert written.content == [make("…")]
    counter = RequestCounter.for_model(None)
    assert counter.message(codec.read(written)) == counter.message(bare)
    assert codec.write(codec.read(written)) is written


def test_each_text_of_a_search_result_is_a_part() -> None:
    block = found("one")
    block["content"] = [{"type": "text", "text": name} for name in ("one", "two", "three")]
    raw = answer(block)
    codec = codec_for([raw])
    message = codec.read(raw)
    assert texts(message.parts) == ["one", "two", "three"]
    kept = (message.parts[0], message.parts[2])
    assert [item["text"] for item in codec.write(message.with_parts(kept)).content[0]["content"]] == [
        "…",
        "two",
        "…",
    ]


def test_the_same_block_twice_is_two_documents() -> None:
    block = found(TEXT)
    raw = ToolMessage([block, block], tool_call_id="c1")
    codec = codec_for([raw])
    message = codec.read(raw)
    frame, body, *others = message.parts
    short = Part(kind="text", text="short", origin=body.origin)
    assert codec.write(message.with_parts((frame, short, *others))).content == [found("short"), block]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}},
        {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}},
        {"type": "document", "source": {"type": "text", "data": None}},
        {"type": "document", "source": {"type": "content", "content": [{"type": "image", "source": {}}]}},
        {"type": "document", "source": "x"},
        {"type": "file", "base64": PDF, "mime_type": "application/pdf"},
        {"type": "file", "file": {"file_data": PDF, "filename": "a.pdf"}},
        {"type": "text-plain", "base64": PDF, "mime_type": "text/plain"},
        {"type": "search_result", "source": "https://example.org", "title": "x", "content": None},
        plain(""),
    ],
)
def test_what_carries_no_text_is_one_part_as_before(block: dict[str, Any]) -> None:
    raw = answer(block)
    codec = codec_for([raw])
    message = codec.read(raw)
    assert [part.kind for part in message.parts] == ["other"]
    assert codec.write(message) is raw


@pytest.mark.parametrize("make", MAKERS)
def test_everything_around_the_text_is_counted(make: Maker) -> None:
    counter = RequestCounter.for_model(None)
    block = {**make(TEXT), "title": "word " * 1_000}
    codec = codec_for([{}])
    raw = {"role": "tool", "tool_call_id": "c1", "content": [block]}
    assert counter.message(codec.read(raw)) >= 1_000 + counter.text(TEXT)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_retrieved_documents_are_cut_and_keep_where_they_come_from(share: float) -> None:
    turns: list[BaseMessage] = [HumanMessage("What is the fee in body 7?")]
    for number, make in enumerate(MAKERS):
        name = f"c{number}"
        call = {"name": "search", "args": {"query": name}, "id": name}
        answered = ToolMessage(
            [make(listing(name, 60)), {"type": "text", "text": f"{name} done"}],
            tool_call_id=name,
            id=name,
            artifact=[Document(page_content=TEXT)],
        )
        turns += [AIMessage("", tool_calls=[call]), answered]
    turns += [AIMessage("Looking on."), HumanMessage("And now?")]
    whole = Compressor(10**6).compress(turns).tokens_before
    result = Compressor(int(share * whole)).compress(turns)
    assert result.tokens_after <= share * whole
    shown = [message for message in result.messages if isinstance(message, ToolMessage)]
    assert any(message not in turns for message in shown)
    for message in shown:
        make = MAKERS[int(str(message.id)[1:])]
        original = next(turn for turn in turns if turn.id == message.id)
        assert message.model_copy(update={"content": ""}) == original.model_copy(update={"content": ""})
        [document] = [
            block for block in message.content if isinstance(block, dict) and block["type"] != "text"
        ]
        [body] = texts(codec_for([message]).read(answer(document)).parts) or ["…"]
        assert document == make(body)
    again = Compressor(10**6).compress(result.messages).tokens_before
    assert again <= result.tokens_after
