"""Past runs of an agent as examples for a new task."""

from collections.abc import Sequence
from typing import Any

from agentcompress.compressor import Compressor
from agentcompress.errors import BudgetExceededError
from agentcompress.tokens import default_counter
from agentcompress.values import Message

_NAMES = {"user": "User", "assistant": "Agent", "tool": "Result", "system": "System"}


def run_example(messages: Sequence[Any], budget: int) -> dict[str, str]:
    """A run as an example: its task, and what the agent did, condensed.

    Which runs were a success is for the caller to say: add those alone to a
    `BudgetedExampleSelector` with ``input_keys=["task"]``, and the ones whose tasks are most
    like a new one are shown for it. The run is condensed once, with its own task as the
    query; what only tools said goes first, what the agent did stays longest.

    Args:
        messages: LangChain messages or OpenAI chat dictionaries. System messages are left
            out: they tell of the agent, not of the run.
        budget: o200k tokens of the run, the task not counted.

    Returns:
        ``{"task": the first user message, "run": the turns behind it, one a line or more}``; where
        hardly anything fits, the run is empty.

    Raises:
        ValueError: There is no user message, or nothing behind it.
        BudgetExceededError: Not even calls and marks fit the budget.
        UnsupportedContentError: A message is of no known shape.
    """
    compressor = Compressor(budget)
    said = compressor.read(messages)
    first = next((place for place, message in enumerate(said) if message.role == "user"), None)
    if first is None or first + 1 == len(said):
        raise ValueError("a run needs a user message with its task, and what was done behind it")
    task = said[first].text
    rest = [
        message for message, read in zip(messages[first:], said[first:], strict=True) if read.role != "system"
    ]
    count = default_counter().count
    run = _written(said[first + 1 :])
    room = budget + count(task)
    while count(run) > budget:
        # A transcript has the names of its speakers besides, so what is over is taken off.
        shown = compressor.with_budget(max(1, room)).compress(rest, query=task).messages
        run = _written(compressor.read(shown)[1:])
        over = count(run) - budget
        if over > 0 and room <= 1:
            raise BudgetExceededError(budget, {"run": count(run)})
        room -= over
    return {"task": task, "run": run}


def _written(messages: Sequence[Message]) -> str:
    turns = [(message.role, message.said.strip()) for message in messages if message.role != "system"]
    return "\n".join(f"{_NAMES[role]}: {text}" for role, text in turns if text)
