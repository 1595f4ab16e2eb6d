"""What calls that left the prompt did, in a line each: action → outcome."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from agentcompress.values import Message, ToolCall

from .rendering import Renderer

_LONGEST = 80
"""Characters of a call that are shown."""
_CUT = re.compile(r"[\s,\"'()\[\]{}]")
"""Where arguments may be cut: never inside an identifier, a path or a number."""


def digests(
    runs: Sequence[Iterable[Message]],
    room: int,
    renderer: Renderer,
    text_cost: Callable[[str], int],
) -> list[list[str]]:
    """For each run of messages the newest actions in it, in order, as far as they all have room.

    An agent that knows what it did does not do it again, and knows what to ask back for.
    A line is the agent's own call and says of the result only how it ended: words of a
    tool's output would gain the voice of whoever the line stands with.

    Args:
        runs: Messages that left the prompt, of each run the newest first.
        room: Tokens that the lines of all runs may take.
        renderer: How messages are shown.
        text_cost: Tokens of a text.
    """
    found: list[list[str]] = [[] for _ in runs]
    for lines, run in zip(reversed(found), reversed(runs), strict=True):
        for line in _newest_actions(run, renderer):
            room -= text_cost(f"\n{line}")
            if room < 0:
                return found
            lines.insert(0, line)
    return found


def _newest_actions(run: Iterable[Message], renderer: Renderer) -> Iterator[str]:
    """One line a call, the newest first; worked out one by one, as few of thousands have room."""
    results: dict[str, Message] = {}
    for message in run:
        if message.call_id:
            results[message.call_id] = message
        for call in reversed(message.calls):
            result = results.get(call.id)
            if result is not None:
                outcome = "error" if result.error else f"{renderer.cost(result)} tokens"
                pointer = f", recall {result.id}" if renderer.recallable and result.said else ""
                yield f"{shortened(call)} → {outcome}{pointer}"


def shortened(call: ToolCall) -> str:
    """A call on one line, cut between identifiers where it is long."""
    text = " ".join(call.text.split())
    if len(text) <= _LONGEST:
        return text
    cuts = [match.start() for match in _CUT.finditer(text, len(call.name), _LONGEST)]
    return f"{text[: cuts[-1] if cuts else len(call.name)]}…"
