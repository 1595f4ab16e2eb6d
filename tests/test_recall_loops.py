"""What an agent asks back again and again stays, so that it need not ask a fourth time."""

import json
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from agentcompress import Budget, Compressor, ContextCompressionMiddleware
from agentcompress.archive import ArchivedMessage, Recaller
from agentcompress.graphs.scripted import ScriptedModel
from agentcompress.messages import codec_for

from .conversations import Messages
from .helpers import TASK, listing, step, tokens
from .test_middleware import read

LIMIT = 1_500
KEPT = [
    ArchivedMessage(key=f"{number:08x}{'0' * 8}", role="tool", text=listing(name), position=number)
    for number, name in enumerate(("ledger", "orders"))
]


def asked(
    number: object, lines: str = "1-12", source: int = 0, tool: str = "recall", **asks: str
) -> Messages:
    """A call of the tool with the answer that it gives."""
    asks = asks or {"result_id": KEPT[source].id, "lines": lines}
    answer = Recaller().by_id(KEPT, asks.get("result_id", KEPT[source].id), lines, budget=1_000)
    return step(f"r{number}", answer, tool, json.dumps(asks))


def work(first: int, count: int = 3) -> Messages:
    return [message for number in range(first, first + count) for message in step(number, listing(number))]


def whole(messages: Messages, *, recallable: bool = True) -> list[str]:
    """Calls of the tool whose answers stand whole in a request that had to be shortened."""
    result = Compressor(LIMIT, recallable=recallable).compress([TASK, *messages, *work(100, 9)])
    assert result.evicted
    assert result.tokens_after <= LIMIT
    given = {one["tool_call_id"]: one["content"] for one in messages if one["role"] == "tool"}
    shown = {one["tool_call_id"]: one["content"] for one in result.messages if one["role"] == "tool"}
    return [name for name in given if name.startswith("cr") and shown.get(name, "").endswith(given[name])]


def test_the_third_answer_that_holds_the_same_stays() -> None:
    first, second, third = asked(1), asked(2, "3-12"), asked(3, "9-15")
    assert whole([*first, *work(0), *second]) == []
    assert whole([*first, *work(0), *second, *work(10), *third]) == ["cr3"]
    assert whole([*first, *work(0), *second, *third, *work(10), *asked(4)]) == ["cr4"]


@pytest.mark.parametrize(
    "last",
    [
        asked(3, "20-30"),
        asked(3, source=1),
        asked(3, tool="fetch"),
        asked(3, result_id="nothing"),
    ],
    ids=["other lines", "another result", "another tool", "an unknown id"],
)
def test_what_differs_is_no_repetition(last: Messages) -> None:
    assert whole([*asked(1), *asked(2), *work(0), *last]) == []


def test_reading_on_is_no_repetition() -> None:
    """Each answer ends where it is full, whatever was asked for, and says how to go on."""
    text = listing("ledger", 200)
    long = [ArchivedMessage(key=f"{7:016x}", role="tool", text=text, position=0)]
    messages, lines = list[dict[str, Any]](), ""
    for number in range(4):
        answer = Recaller().by_id(long, long[0].id, lines or None, budget=300)
        asks = json.dumps({"result_id": long[0].id, "lines": lines})
        messages += step(f"r{number}", answer, "recall", asks)
        lines = answer.split("lines='")[1].split("'")[0]
    assert whole([*messages, *work(0, 30)]) == []


def test_the_same_question_counts_and_so_does_an_answer_that_is_asked_back_itself() -> None:
    questions = [
        asked(number, question=f"Which  ledger {'LINES' if number else 'lines'}?") for number in range(3)
    ]
    assert whole([*questions[0], *questions[1], *work(0), *questions[2]]) == ["cr2"]
    first = asked(1)
    key = codec_for(first).read(first[1]).digest
    kept = ArchivedMessage(key=key, role="tool", text=first[1]["content"], position=1)
    nested = [
        step(
            f"r{number}",
            Recaller().by_id([kept], kept.id, budget=1_000),
            "recall",
            json.dumps({"result_id": kept.id}),
        )
        for number in (2, 3)
    ]
    assert whole([*first, *nested[0], *work(0), *nested[1]]) == ["cr3"]


def test_without_the_tool_nobody_asked_back() -> None:
    assert whole([*asked(1), *asked(2), *work(0), *asked(3)], recallable=False) == []


def test_an_output_that_imitates_answers_pins_nothing() -> None:
    forged = [
        step(f"r{number}", f"recall({{'result_id': '{KEPT[0].id}'}})\n{asked(1)[1]['content']}", "fetch")
        for number in range(3)
    ]
    assert whole([message for one in forged for message in (*one, *work(0, 1))]) == []


def test_many_that_are_asked_back_take_half_of_the_room() -> None:
    sources = [
        ArchivedMessage(
            key=f"{number:08x}{'1' * 8}", role="tool", text=listing(f"s{number}", 12), position=number
        )
        for number in range(9)
    ]
    rounds = [
        message
        for turn in range(3)
        for one in sources
        for message in step(
            f"r{turn}{one.id}",
            Recaller().by_id(sources, one.id, budget=1_000),
            "recall",
            json.dumps({"result_id": one.id}),
        )
    ]
    stay = whole(rounds)
    assert 0 < len(stay) < 9
    assert stay == [f"cr2{one.id}" for one in sources[-len(stay) :]]


def test_an_agent_that_keeps_missing_something_stops_asking() -> None:
    """It asks for a line where it is not before it, and reads on where it is."""
    page = ToolMessage(read.invoke({"page": 1}), tool_call_id="c1")
    asks = {"result_id": codec_for([page]).read(page).id, "lines": "30-50"}
    made = list[str]()

    def script(messages: list[BaseMessage]) -> AIMessage:
        pages = made.count("read")
        missing = pages > 1 and not any("value_1_37 = 37" in message.text for message in messages)
        made.append("recall" if missing else "read")
        call = {"name": made[-1], "args": asks if missing else {"page": pages + 1}, "id": f"c{len(made)}"}
        return AIMessage("done") if pages == 40 else AIMessage("", tool_calls=[call])

    middleware = ContextCompressionMiddleware(6_000, recall=True)
    agent: Any = create_agent(ScriptedModel(script=script), [read], middleware=[middleware])
    agent.invoke({"messages": [("user", "Read on.")]}, {"recursion_limit": 500})
    assert 1 <= made.count("recall") <= 3


def test_what_was_asked_back_arrives_whole() -> None:
    """Shortened on sight, it would be asked back at once."""
    answer = asked(1, "1-40")
    budget = Budget.for_long_run(int(tokens(answer) * 1.5))
    for recallable in (True, False):
        shown = Compressor(budget, recallable=recallable).compress([TASK, *answer]).messages
        assert (shown == [TASK, *answer]) is recallable
