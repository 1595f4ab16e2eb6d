"""Reasoning: known in every provider's shape, counted, and sent back byte for byte."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agentcompress.messages import codec_for
from agentcompress.tokens import RequestCounter
from agentcompress.values import Part

SIGNATURE = "RXJVQkNrWUlCaGdDSWtBL2x3PT0" * 8
BLOCKS: list[dict[str, Any]] = [
    {"type": "thinking", "thinking": "first\nthis", "signature": SIGNATURE},
    {"type": "thinking", "thinking": "", "signature": SIGNATURE},
    {"type": "redacted_thinking", "data": SIGNATURE},
    {
        "type": "reasoning",
        "id": "rs_68af",
        "summary": [{"type": "summary_text", "text": "so"}],
        "encrypted_content": SIGNATURE,
        "status": None,
    },
    {"type": "reasoning", "id": "rs_68b0", "summary": []},
    {"type": "reasoning", "reasoning": "so", "id": "lc_1", "extras": {"signature": SIGNATURE}},
    {"type": "reasoning_content", "reasoning_content": {"text": "so", "signature": SIGNATURE}},
    {"reasoningContent": {"reasoningText": {"text": "so", "signature": SIGNATURE}}},
]
THOUGHT = "<think>\nPage 7 < page 8?\n</think>\n\n"
ANSWER = "It is on page 7."


def both(content: Any) -> list[Any]:
    return [{"role": "assistant", "content": content}, AIMessage(content)]


def content_of(raw: Any) -> Any:
    return raw["content"] if isinstance(raw, dict) else raw.content


def kinds(parts: tuple[Part, ...]) -> list[str]:
    return [part.kind for part in parts]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_reasoning_block_comes_back_byte_for_byte(block: dict[str, Any]) -> None:
    sent = json.dumps(block)
    for raw in both([block, {"type": "text", "text": ANSWER}]):
        codec = codec_for([raw])
        message = codec.read(raw)
        assert kinds(message.parts) == ["reasoning", "text"]
        assert codec.write(message) is raw
        reasoning, answer = message.parts
        short = Part(kind="text", text="7", origin=answer.origin)
        changed = content_of(codec.write(message.with_parts((reasoning, short))))
        assert changed == [block, {"type": "text", "text": "7"}]
        assert json.dumps(changed[0]) == sent
        gone = codec.write(message.with_parts((answer,)))
        assert content_of(gone) == [{"type": "text", "text": ANSWER}]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_reasoning_block_is_counted_with_its_signature(block: dict[str, Any]) -> None:
    counter = RequestCounter.for_model(None)
    [part] = codec_for([{}]).read({"role": "assistant", "content": [block]}).parts
    assert part.text == json.dumps(block)
    assert counter.part(part) == counter.text(json.dumps(block))


@pytest.mark.parametrize("tag", ["think", "thinking"])
def test_reasoning_in_front_of_an_answer_is_a_part_of_its_own(tag: str) -> None:
    thought = THOUGHT.replace("think>", f"{tag}>")
    for raw in both(thought + ANSWER):
        codec = codec_for([raw])
        message = codec.read(raw)
        assert [(part.kind, part.text) for part in message.parts] == [
            ("reasoning", thought),
            ("text", ANSWER),
        ]
        assert codec.write(message) is raw
        gone = codec.write(message.with_parts(message.parts[1:]))
        assert content_of(gone) == ANSWER


def test_reasoning_inside_a_text_block_leaves_and_stays_like_any_other() -> None:
    block = {"type": "text", "text": THOUGHT + ANSWER, "annotations": [{"start_index": 40}], "index": 0}
    other = {"type": "text", "text": "more"}
    for raw in both([block, other, THOUGHT + ANSWER]):
        codec = codec_for([raw])
        message = codec.read(raw)
        assert kinds(message.parts) == ["reasoning", "text", "text", "reasoning", "text"]
        assert codec.write(message) is raw
        gone = codec.write(message.with_parts(message.parts[1:]))
        assert content_of(gone) == [{"type": "text", "text": ANSWER, "index": 0}, other, THOUGHT + ANSWER]
        assert content_of(gone)[1] is content_of(raw)[1]


@pytest.mark.parametrize(
    "raw",
    [
        AIMessage(f"As I said: {THOUGHT}"),
        AIMessage("<think>never closed"),
        AIMessage("<think>closed by another</thinking>"),
        HumanMessage(THOUGHT + ANSWER),
        ToolMessage(THOUGHT + ANSWER, tool_call_id="c1"),
        {"role": "user", "content": THOUGHT + ANSWER},
    ],
)
def test_only_an_assistants_closed_reasoning_at_the_start_is_one(raw: Any) -> None:
    assert kinds(codec_for([raw]).read(raw).parts) == ["text"]


def test_an_answer_that_is_all_reasoning_has_no_text() -> None:
    for raw in both(THOUGHT):
        codec = codec_for([raw])
        message = codec.read(raw)
        assert kinds(message.parts) == ["reasoning"]
        assert message.text == ""
        assert codec.write(message) is raw


@given(st.text(alphabet="<>/think \n.a", max_size=60), st.booleans())
def test_any_text_comes_back_as_it_was(rest: str, listed: bool) -> None:
    text = "<think>" + rest
    for raw in both([text] if listed else text):
        codec = codec_for([raw])
        message = codec.read(raw)
        assert "".join(part.text for part in message.parts) == text
        assert codec.write(message) is raw


@pytest.mark.parametrize(
    "fields",
    [
        {"reasoning_content": "first this " * 100},
        {"reasoning": "first this " * 100},
        {"reasoning": {"id": "rs_1", "summary": [{"type": "summary_text", "text": "first this " * 100}]}},
        {"reasoning_details": [{"type": "reasoning.text", "text": "first this " * 100, "signature": "x"}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "first this " * 100, "signature": "x"}]},
    ],
)
def test_reasoning_beside_the_content_is_counted_and_never_touched(fields: dict[str, Any]) -> None:
    chat = {"role": "assistant", "content": ANSWER, **fields}
    langchain = AIMessage(ANSWER, additional_kwargs=fields)
    asides = []
    for raw in (chat, langchain):
        codec = codec_for([raw])
        message = codec.read(raw)
        asides.append(message.aside)
        assert kinds(message.parts) == ["text"]
        assert RequestCounter.for_model(None).message(message) >= 200
        assert codec.write(message) is raw
        shorter = codec.write(message.with_parts((Part(kind="text", text="7"),)))
        kept = shorter if isinstance(shorter, dict) else shorter.additional_kwargs
        assert {key: kept[key] for key in fields} == fields
    assert asides[0] == asides[1]
