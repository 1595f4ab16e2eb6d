"""The codecs: every provider's block shapes go in, come out as they were, or say why not."""

from base64 import b64decode
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)

from agentcompress import AgentCompressError, Compressor, UnsupportedContentError
from agentcompress.messages import OpenAICodec, codec_for, tool_schemas
from agentcompress.tokens import RequestCounter
from agentcompress.values import Message, MessageCodec

from .helpers import TASK, listing

TEXT = listing("text")
PNG = "iVBORw0KGgo="
BLOCKS: list[tuple[str, dict[str, Any] | str]] = [
    ("text", {"type": "text", "text": TEXT, "cache_control": {"type": "ephemeral"}}),
    ("text", {"type": "output_text", "text": "said"}),
    ("text", {"type": "text", "text": ""}),
    ("text", "a bare string"),
    ("image", {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"}}),
    ("image", {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}),
    ("image", {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}),
    ("image", {"type": "image", "base64": PNG, "mime_type": "image/png"}),
    ("image", {"image": {"format": "png", "source": {"bytes": b64decode(PNG)}}}),
    ("reasoning", {"type": "thinking", "thinking": "first this", "signature": "c2ln"}),
    ("reasoning", {"type": "redacted_thinking", "data": "AAAA"}),
    ("reasoning", {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "so"}]}),
    ("call", {"type": "tool_use", "id": "t1", "name": "read", "input": {"page": 1}}),
    ("call", {"type": "function_call", "call_id": "t1", "name": "read", "arguments": "{}"}),
    ("call", {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}),
    ("call", {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []}),
    ("other", {"type": "file", "base64": PNG, "mime_type": "application/pdf"}),
    ("other", {"type": "refusal", "refusal": "no"}),
    ("other", {"type": "text", "text": None}),
    ("other", {"cachePoint": {"type": "default"}}),
]


@pytest.mark.parametrize(("kind", "block"), BLOCKS)
@pytest.mark.parametrize("codec", [codec_for([{}]), codec_for([HumanMessage("")])], ids=["dict", "langchain"])
def test_a_block_is_known_for_what_it_is_and_comes_back_itself(
    codec: MessageCodec, kind: str, block: dict[str, Any] | str
) -> None:
    raw: Any = (
        {"role": "assistant", "content": [block]} if isinstance(codec, OpenAICodec) else AIMessage([block])
    )
    message = codec.read(raw)
    assert [part.kind for part in message.parts] == [kind]
    assert codec.write(message) is raw


@pytest.mark.parametrize(
    "block", [block for kind, block in BLOCKS if kind == "image" and isinstance(block, dict)]
)
def test_one_image_has_one_price_in_every_shape(block: dict[str, Any]) -> None:
    [part] = OpenAICodec().read({"role": "user", "content": [block]}).parts
    assert part.image is not None
    assert part.image.url == f"data:image/png;base64,{PNG}"
    assert part.image.detail == ("low" if block.get("type") == "image_url" else "auto")


@pytest.mark.parametrize(
    ("raw", "role"),
    [
        (SystemMessage("x"), "system"),
        (ChatMessage(content="x", role="developer"), "system"),
        (HumanMessage("x"), "user"),
        (AIMessage("x"), "assistant"),
        (ChatMessage(content="x", role="assistant"), "assistant"),
        (ToolMessage("x", tool_call_id="1"), "tool"),
        (FunctionMessage(content="x", name="f"), "tool"),
        ({"role": "developer", "content": "x"}, "system"),
        ({"role": "function", "name": "f", "content": "x"}, "tool"),
    ],
)
def test_every_message_class_has_its_role(raw: Any, role: str) -> None:
    message = codec_for([raw]).read(raw)
    assert (message.role, message.text) == (role, "x")
    assert codec_for([raw]).write(message) is raw


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (RemoveMessage(id="1"), "RemoveMessage"),
        (ChatMessage(content="x", role="critic"), "ChatMessage"),
        (("user", "x"), "tuple"),
        ({"role": "critic", "content": "x"}, "critic"),
        ({"content": "x"}, "role None"),
        ({"role": "user", "content": 5}, "int"),
        ({"role": "user", "content": {"type": "text"}}, "dict"),
        ({"role": "user", "content": [None]}, "NoneType"),
        ({"role": "user", "content": [{"type": ["x"]}]}, "type must be text"),
        ({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1"}]}, "tool messages"),
        ({"role": "tool", "tool_call_id": 5, "content": "x"}, "id must be text, got 5"),
        ({"role": "assistant", "tool_calls": [{"id": 5, "function": {"name": "f"}}]}, "id must be text"),
        ({"role": "assistant", "tool_calls": {"0": 1}}, "dict"),
        ({"role": "assistant", "tool_calls": [{"id": "1"}]}, "function"),
        ({"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": None}}]}, "name"),
    ],
)
def test_what_is_no_message_is_refused_by_name(raw: Any, named: str) -> None:
    with pytest.raises(UnsupportedContentError, match=named):
        Compressor(100).compress([raw])


def test_calls_of_both_libraries_read_alike() -> None:
    call = {"name": "read", "args": {"path": "ä.py"}, "id": "c1"}
    function = {"name": "read", "arguments": '{"path": "ä.py"}'}
    chat = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
    }
    langchain = AIMessage("", tool_calls=[call])
    assert codec_for([chat]).read(chat).calls == codec_for([langchain]).read(langchain).calls


def test_a_call_that_could_not_be_parsed_still_counts() -> None:
    broken = {
        "id": "c1",
        "name": "read",
        "args": '{"path": ',
        "error": "cut off",
        "type": "invalid_tool_call",
    }
    message = codec_for([AIMessage("")]).read(AIMessage("", invalid_tool_calls=[broken]))
    assert message.said == '\nread({"path": )'


def _shot(number: int) -> list[BaseMessage]:
    call = {"name": "read", "args": {"page": number}, "id": f"c{number}"}
    thought = {"type": "thinking", "thinking": f"page {number} next", "signature": f"c2ln{number}"}
    use = {"type": "tool_use", "id": f"c{number}", "name": "read", "input": {"page": number}}
    text = {"type": "text", "text": f"{number}\n{TEXT}", "cache_control": {"type": "ephemeral"}}
    image = {"type": "image", "base64": PNG, "mime_type": "image/png"}
    return [
        AIMessage([thought, use], tool_calls=[call], id=f"a{number}", response_metadata={"model": "m"}),
        ToolMessage(
            [text, {"type": "text", "text": ""}, image],
            tool_call_id=f"c{number}",
            name="read",
            id=f"t{number}",
            status="error",
            artifact={"raw": number},
        ),
    ]


CONVERSATION: list[BaseMessage] = [
    SystemMessage("Be brief."),
    HumanMessage("Read on."),
    *(message for number in range(8) for message in _shot(number)),
]


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.8])
def test_a_shortened_message_keeps_all_but_its_text(share: float) -> None:
    whole = Compressor(10**6, model="claude-sonnet-4-5").compress(CONVERSATION).tokens_before
    result = Compressor(int(share * whole), model="claude-sonnet-4-5").compress(CONVERSATION)
    originals = {message.id: message for message in CONVERSATION if message.id}
    kept = [message for message in result.messages if message.id]
    assert any(message is not originals[message.id] for message in kept)
    for message in kept:
        original = originals[message.id]
        assert type(message) is type(original)
        assert message.model_copy(update={"content": ""}) == original.model_copy(update={"content": ""})
        if message is original:
            continue
        blocks = [block for block in message.content if isinstance(block, dict)]
        # Providers reject empty text blocks, and thinking that lost its signature.
        assert all(block["text"] for block in blocks if block["type"] == "text")
        ours = [block for block in blocks if block["type"] != "text"]
        assert all(block in original.content for block in ours)
        if isinstance(message, AIMessage):
            assert [block["type"] for block in ours] in (["thinking", "tool_use"], ["tool_use"])


def _cyclic() -> dict[str, Any]:
    block: dict[str, Any] = {"type": "weird"}
    block["self"] = block
    return block


def _deep() -> dict[str, Any]:
    block: dict[str, Any] = {}
    for _ in range(100_000):
        block = {"type": "weird", "inner": block}
    return block


@pytest.mark.parametrize("kind", ["weird", "reasoning", "x_tool_use"])
@pytest.mark.parametrize("block", [_cyclic(), _deep()], ids=["cyclic", "deep"])
def test_a_block_that_is_no_json_is_refused(block: dict[str, Any], kind: str) -> None:
    with pytest.raises(UnsupportedContentError, match="block"):
        Compressor(100).compress([AIMessage([{**block, "type": kind}])])


_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=4)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["type", "text", "id", "function", "name", "arguments", "source", "image_url"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
_FIELDS = st.sampled_from(["content", "tool_calls", "tool_call_id", "function_call", "status", "refusal"])


@settings(deadline=None, max_examples=200)
@example("assistant", {"function_call": {"name": "f", "arguments": b"{}"}})
@example("assistant", {"tool_calls": [{"function": {"name": "f", "arguments": _cyclic()}}]})
@given(st.sampled_from(["user", "assistant", "tool"]), st.dictionaries(_FIELDS, _VALUES, max_size=3))
def test_whatever_a_message_holds_no_error_but_ours(role: str, fields: dict[str, Any]) -> None:
    messages = [TASK, {"role": role, **fields}, TASK]
    try:
        assert Compressor(10**6, model="gpt-4o").compress(messages).messages == messages
    except AgentCompressError:
        return


@pytest.mark.parametrize("pointers", ["annotations", "citations"])
def test_pointers_into_a_text_leave_with_what_they_point_at(pointers: str) -> None:
    turns: list[BaseMessage] = [HumanMessage("go")]
    for number in range(6):
        block = {"type": "text", "text": listing(number), "index": number, pointers: [{"start_index": 900}]}
        turns += [AIMessage([block]), HumanMessage("on")]
    shown = Compressor(1_500).compress(turns).messages
    blocks = [message.content[0] for message in shown if message.type == "ai" and message in turns]
    assert all(pointers in block for block in blocks)
    cut = [m.content[0] for m in shown if isinstance(m.content, list) and m not in turns]
    assert cut
    assert all(set(block) == {"type", "text", "index"} for block in cut)


def test_no_messages_and_empty_content_are_nothing_to_do() -> None:
    assert Compressor(10).compress([]).messages == []
    contents: list[Any] = ["", None, []]
    empty = [{"role": "user", "content": content} for content in contents]
    assert Compressor(10).compress(empty).messages == empty


def test_a_line_of_ours_is_the_librarys_own_message() -> None:
    line = Message(role="user")
    assert codec_for([HumanMessage("")]).write(line) == HumanMessage("")
    assert codec_for([{}]).write(line) == {"role": "user", "content": ""}


def test_tools_count_alike_in_every_form() -> None:
    from langchain_core.tools import tool

    def read(page: int) -> str:
        """Reads a page."""
        return ""

    [schema] = tool_schemas([tool(read)])
    assert tool_schemas([read, tool(read), schema]) == [schema] * 3
    assert RequestCounter.for_model(None).tools([schema]) > 0
    assert tool_schemas(None) == []


def test_a_message_changed_in_place_is_read_anew() -> None:
    message = {"role": "user", "content": [{"type": "text", "text": "one"}]}
    compressor = Compressor(1_000)
    before = compressor.compress([message])
    message["content"][0]["text"] = "one and two and three"  # type: ignore[index]
    after = compressor.compress([message])
    assert after.tokens_after > before.tokens_after
    assert after.messages == [message]


def test_a_message_of_equal_content_comes_back_itself() -> None:
    compressor = Compressor(1_000)
    first, second = HumanMessage("the same", id="1"), HumanMessage("the same", id="2")
    assert compressor.compress([first]).messages[0] is first
    assert compressor.compress([second]).messages[0] is second
