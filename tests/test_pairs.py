"""Calls and their results stay together, whatever ids they have and whoever made them."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, FunctionMessage, HumanMessage, ToolMessage

from agentcompress import Budget, BudgetExceededError, Compressor
from agentcompress.messages import codec_for

from .conversations import Messages, pairs_are_whole
from .helpers import TASK, call, listing, reads, step, tokens


def test_what_a_providers_own_tool_did_stays_a_pair() -> None:
    turns: list[BaseMessage] = [HumanMessage("go")]
    for number in range(8):
        use = {"type": "server_tool_use", "id": f"s{number}", "name": "web_search", "input": {"query": "x"}}
        found = {
            "type": "web_search_tool_result",
            "tool_use_id": f"s{number}",
            "content": [{"encrypted_content": "E" * 3_000}],
        }
        turns += [AIMessage([use, found, {"type": "text", "text": listing(number)}]), HumanMessage("next")]
    shown = Compressor(1_500, model="claude-sonnet-4-5").compress(turns).messages
    contents = [message.content for message in shown if isinstance(message.content, list)]
    assert contents
    for content in contents:
        assert [block["type"] for block in content] == ["server_tool_use", "web_search_tool_result", "text"]


@pytest.mark.parametrize("limit", range(200, 3_000, 200))
def test_text_stands_before_the_calls_of_its_turn(limit: int) -> None:
    turns: list[BaseMessage] = [HumanMessage("go")]
    for number in range(8):
        use = {"type": "tool_use", "id": f"t{number}", "name": "read", "input": {}}
        made = {"name": "read", "args": {}, "id": f"t{number}"}
        turns.append(AIMessage([{"type": "text", "text": listing(number)}, use], tool_calls=[made]))
        turns.append(ToolMessage("ok", tool_call_id=f"t{number}"))
    shown = Compressor(limit).compress(turns).messages
    kinds = [[block["type"] for block in message.content] for message in shown if message.type == "ai"]
    assert kinds
    assert all(kind in (["tool_use"], ["text", "tool_use"]) for kind in kinds)


@pytest.mark.parametrize("ids", ["null", "missing"])
def test_calls_without_ids_keep_the_results_behind_them(ids: str) -> None:
    messages = reads(8)
    for message in messages[1:]:
        holder, field = (
            (message, "tool_call_id") if message["role"] == "tool" else (message["tool_calls"][0], "id")
        )
        if ids == "missing":
            del holder[field]
        else:
            holder[field] = None
    shown = Compressor(500).compress(messages).messages
    roles = [message["role"] for message in shown]
    assert roles == ["user", *["assistant", "tool"] * (len(roles) // 2)]
    assert 1 < len(shown) < len(messages)


def _legacy(library: str) -> list[Any]:
    turns: list[Any] = [TASK if library == "dict" else HumanMessage("go")]
    for number in range(8):
        made = {"name": "read", "arguments": "{}"}
        if library == "dict":
            turns.append({"role": "assistant", "content": None, "function_call": made})
            turns.append({"role": "function", "name": "read", "content": listing(number)})
        else:
            turns.append(AIMessage("", additional_kwargs={"function_call": made}))
            turns.append(FunctionMessage(name="read", content=listing(number)))
    return turns


@pytest.mark.parametrize("library", ["dict", "langchain"])
def test_calls_from_before_there_were_ids_stay_with_their_results(library: str) -> None:
    turns = _legacy(library)
    shown = Compressor(500).compress(turns).messages
    roles = [codec_for(shown).read(message).role for message in shown]
    assert roles == ["user", *["assistant", "tool"] * (len(roles) // 2)]
    assert 1 < len(shown) < len(turns)


def test_a_user_turn_between_parallel_results_leaves_the_pairs_whole() -> None:
    messages: Messages = [TASK]
    for number in range(8):
        ids = (f"{number}a", f"{number}b")
        messages.append({"role": "assistant", "content": "", "tool_calls": [call(key) for key in ids]})
        first, second = (
            {"role": "tool", "tool_call_id": f"c{key}", "content": listing(key, 20)} for key in ids
        )
        messages += [first, {"role": "user", "content": f"image {number}"}, second]
    pinned = [messages[0], *messages[-4:]]
    for limit in range(100, tokens(messages) + 100, 100):
        if tokens(pinned) > limit:
            with pytest.raises(BudgetExceededError, match="tool results"):
                Compressor(limit).compress(messages)
            continue
        shown = Compressor(limit).compress(messages).messages
        assert tokens(shown) <= limit
        assert all(message in shown for message in pinned)
        assert pairs_are_whole([message for message in shown if message["role"] != "user"])


def test_results_out_of_order_and_ids_used_again_stay_with_their_calls() -> None:
    function = {"name": "read", "arguments": "{}"}
    messages: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    for number in range(6):
        calls = [{"id": key, "type": "function", "function": function} for key in ("c1", "c2")]
        messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        messages += (
            {"role": "tool", "tool_call_id": key, "content": f"{number} {key}\n{listing(f'{number}{key}')}"}
            for key in ("c2", "c1")
        )
    shown = Compressor(900).compress(messages).messages
    assert 1 < len(shown) < len(messages)
    turns = [message for message in shown if message["role"] != "user"]
    assert [m.get("tool_call_id") for m in turns] == [None, "c2", "c1"] * (len(turns) // 3)


@pytest.mark.parametrize("limit", range(8, 60, 4))
def test_a_new_result_of_which_nothing_fits_stays_with_its_call(limit: int) -> None:
    messages = [TASK, *step("a", "x1y2z3 " * 2_000)]
    shown = Compressor(Budget(limit=limit, item_share=0.4)).compress(messages).messages
    assert pairs_are_whole(shown)
    assert tokens(shown) <= limit
