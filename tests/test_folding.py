"""What stands for folded messages says of each of them that it is gone, whatever stands between them."""

import random
import re
from itertools import count, islice
from typing import Any

import pytest

from agentcompress import Budget, Compressor, Plan

from .conversations import Messages
from .helpers import TASK, step

_REMOVED = re.compile(r"\[(\d+) earlier messages? removed")


def turns(seed: int) -> Messages:
    """A run with system messages, words of the user and calls that are never touched in its midst."""
    chance = random.Random(seed)

    def words(most: int) -> str:
        return " ".join(f"v{chance.randrange(10**6)}" for _ in range(chance.randint(5, most)))

    def turn(number: int) -> list[dict[str, Any]]:
        kind = chance.choices(["system", "user", "assistant", "read", "keep"], [1, 1, 1, 5, 1])[0]
        if kind in ("read", "keep"):
            return step(number, words(60 if kind == "read" else 8), tool=kind)
        return [{"role": kind, "content": words(20)}]

    return [message for number in islice(count(), 14) for message in turn(number)]


@pytest.mark.parametrize("seed", range(60))
def test_each_message_that_is_gone_is_told_of_once(seed: int) -> None:
    compressor = Compressor(Budget(limit=900, keep=0.5), encoder="static", exclude_tools={"keep"})
    messages, plan = [TASK], Plan()
    for message in turns(seed):
        messages = [*messages, message]
        if message["role"] == "assistant" and message.get("tool_calls"):
            continue
        result = compressor.compress(messages, plan=plan)
        plan = result.plan
        told = (_REMOVED.findall(one["content"] or "") for one in result.messages)
        assert sum(int(number) for numbers in told for number in numbers) == result.folded


def test_a_note_before_a_turn_that_is_pinned_stands_still() -> None:
    gone: Messages = [{"role": "assistant", "content": "x1y2z3 " * 40}, {"role": "user", "content": ""}]
    pinned = [*step(1, "first"), {"role": "user", "content": "Now the tests."}, *step(2, "second")]
    budget = Budget(limit=80, trigger=1.0, keep=0.2)
    before = Compressor(budget, exclude_tools={"read"}).compress([TASK, *gone, *pinned])
    assert before.messages == [
        TASK,
        *pinned[:2],
        {"role": "assistant", "content": "[2 earlier messages removed, 241 tokens]"},
        *pinned[2:],
    ]
    after = Compressor(budget, exclude_tools={"read"}).compress(
        [TASK, *gone, *pinned, *step(3, "third")], plan=before.plan
    )
    assert after.messages == [*before.messages, *step(3, "third")]
