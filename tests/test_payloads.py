"""Everything that is sent is counted, documents by their size."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from agentcompress.messages import codec_for
from agentcompress.tokens import RequestCounter

from .helpers import listing, tokens

LONG = "word " * 1_000


def cost(raw: Any) -> int:
    return RequestCounter.for_model(None).message(codec_for([raw]).read(raw))


@pytest.mark.parametrize(
    "raw",
    [
        AIMessage([{"type": "server_tool_use", "id": "x", "name": "search", "input": {"query": LONG}}]),
        AIMessage([{"type": "web_search_tool_result", "tool_use_id": "x", "content": [{"title": LONG}]}]),
        AIMessage([{"type": "redacted_thinking", "data": "A1b2" * 2_000}]),
        AIMessage([{"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": LONG}]}]),
        AIMessage([{"type": "text", "text": "x"}, {"type": "never seen before", "what": LONG}]),
        AIMessage("x", additional_kwargs={"reasoning_content": LONG}),
        AIMessage("x", additional_kwargs={"function_call": {"name": "f", "arguments": LONG}}),
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": LONG}},
        {"role": "assistant", "content": None, "refusal": LONG},
        {"role": "assistant", "content": "x", "reasoning_content": LONG},
    ],
)
def test_everything_that_is_sent_is_counted(raw: Any) -> None:
    assert cost(raw) >= 1_000


@pytest.mark.parametrize(
    "field", ["base64", "data", "file_data"], ids=["a LangChain file", "raw base64", "an OpenAI file"]
)
def test_a_document_is_estimated_by_its_size_not_as_text(field: str) -> None:
    def priced(kilobytes: int) -> int:
        document = {"type": "file", field: "QUJD" * (250 * kilobytes), "mime_type": "application/pdf"}
        return cost(HumanMessage([{"type": "text", "text": "Summarise"}, document]))

    # 750 bytes in 1,000 characters; a page of 50 kB is read as 1,500 tokens or more.
    assert 1_500 <= priced(67) <= 3_000
    assert priced(1_400) == pytest.approx(20 * priced(70), rel=0.05)


def test_bytes_cost_what_their_base64_costs() -> None:
    block = {"document": {"format": "pdf", "source": {"bytes": b"ABC" * 50_000}}}
    encoded = {"document": {"format": "pdf", "source": {"bytes": "QUJD" * 50_000}}}
    assert cost(HumanMessage([block])) == cost(HumanMessage([encoded]))


def test_long_text_in_an_unknown_block_is_no_document() -> None:
    note = listing("note", 120)
    assert len(note) > 2_000
    assert cost(HumanMessage([{"type": "note", "what": note}])) > tokens([{"role": "user", "content": note}])
