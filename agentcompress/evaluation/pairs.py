"""Tool calls and their results: whether each call has exactly its results, right behind it."""

from collections.abc import Iterator, Sequence

from agentcompress.values import Message


def broken_pairs(messages: Sequence[Message]) -> int:
    """Calls without exactly one result right behind them, plus results without a call."""
    return sum(1 for _ in _problems(messages))


def first_pair_problem(messages: Sequence[Message]) -> tuple[int, str] | None:
    """Index of the first message with a broken pair and what is wrong, or None.

    A last message whose calls nobody has answered yet is no problem.
    """
    for index, problem in _problems(messages):
        if index < len(messages) - 1 or messages[index].role == "tool":
            return index, f"message {index} {problem}"
    return None


def _problems(messages: Sequence[Message]) -> Iterator[tuple[int, str]]:
    index = 0
    while index < len(messages):
        message = messages[index]
        if message.role == "tool":
            yield index, f"is a tool result without a call right before it: {message.call_id!r}"
            index += 1
            continue
        end = index + 1
        if message.calls:
            while end < len(messages) and messages[end].role == "tool":
                end += 1
            if problem := _mismatch(message, messages[index + 1 : end]):
                yield index, problem
        index = end


def _mismatch(message: Message, results: Sequence[Message]) -> str | None:
    asked = sorted(call.id for call in message.calls)
    answered = sorted(str(result.call_id) for result in results)
    if asked == answered:
        return None
    for name in answered:
        if name not in asked:
            return f"is followed by a tool result without a call: {name!r}"
        if answered.count(name) > asked.count(name):
            return f"is followed by more than one result of the call {name!r}"
    missing = next(name for name in asked if asked.count(name) > answered.count(name))
    return f"has a tool call without a result right behind it: {missing!r}"
