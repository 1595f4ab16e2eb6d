"""A small run whose figures can be checked by hand."""

import json
from collections.abc import Sequence
from typing import Any

from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.recording import Recording

Chat = list[dict[str, Any]]


class WordCounter:
    """One token a word: figures that can be checked by hand."""

    def count(self, text: str) -> int:
        return len(text.split())

    def count_many(self, texts: Sequence[str]) -> list[int]:
        return [self.count(text) for text in texts]


WORDS = Measure(counter=WordCounter())


def answer(text: str = "", **calls: Any) -> dict[str, Any]:
    """An assistant turn; each call is its id and its arguments."""
    if not calls:
        return {"role": "assistant", "content": text}
    made = [
        {"id": name, "type": "function", "function": {"name": "do", "arguments": json.dumps(arguments)}}
        for name, arguments in calls.items()
    ]
    return {"role": "assistant", "content": text, "tool_calls": made}


def result(call: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call, "content": text}


def recording(messages: Chat, measure: Measure = WORDS, name: str = "run/1") -> Recording:
    return Recording(Trajectory(id=name, source="made", messages=messages), measure)


def words(count: int) -> str:
    return " ".join(f"w{number}" for number in range(count))


SYSTEM = {"role": "system", "content": "Policy of agency_42"}
TASK = {"role": "user", "content": "Book for mia_li_3668"}
CHAT: Chat = [
    SYSTEM,
    TASK,
    answer(c1={"user": "mia_li_3668"}),
    result("c1", "far line: HAT_271 at gate 417\nother line"),
    answer("I saw plan_b", c2={}, c3={}),
    result("c2", "plan_b and " + "x" * 60 + " PAY_8812 " + "y" * 60),
    result("c3", "flight HAT_300"),
    answer(c4={}),
    result("c4", "recent: seat_12A, 5417 and 0.417"),
    answer(
        c5={
            "user": "mia_li_3668",
            "flights": ["HAT_271", "HAT_300"],
            "gate": 417,
            "payment": "PAY_8812",
            "seat": "seat_12A",
            "plan": "plan_b",
            "invented": "not_there_9",
            "flag": True,
        }
    ),
]
LAST = len(CHAT) - 1
