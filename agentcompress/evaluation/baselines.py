"""Foreign policies to compare with; they are exempt from this library's invariants."""

import random
from bisect import bisect_right
from collections import defaultdict
from typing import Any

from .policy import Shown
from .recording import Recording

_CLEARED = "[cleared]"
_KEEP_RESULTS = 3


class FullPolicy:
    """Shows everything, whatever the ceiling."""

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The whole context."""
        return Shown(messages=recording.trajectory.messages[:step])


class LastTokensPolicy:
    """Keeps the base and the newest tokens.

    It cuts inside messages and leaves results without their call: no provider would
    accept it, which makes it an upper bound for keeping what is recent.
    """

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The base, a cut message and everything after it."""
        raw = recording.trajectory.messages
        room = ceiling - recording.base_tokens
        newest: list[dict[str, Any]] = []
        for index in reversed(recording.rest(step)):
            if recording.tokens[index] > room:
                newest.append(_tail(recording, index, room))
                break
            newest.append(raw[index])
            room -= recording.tokens[index]
        whole = len(newest) == len(recording.rest(step))
        return Shown(
            messages=[*(raw[index] for index in recording.base), *reversed(newest)], evicted=not whole
        )


class ClearToolUsesPolicy:
    """Clears all but the three newest tool results.

    As LangChain's `ClearToolUsesEdit` and Anthropic's `clear_tool_uses` do with
    ``trigger=0, keep=3``; it knows no ceiling.
    """

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The context with a placeholder for older results."""
        messages = recording.trajectory.messages[:step]
        results = [index for index in range(step) if recording.views[index].role == "tool"]
        for index in results[:-_KEEP_RESULTS]:
            messages[index] = {**messages[index], "content": _CLEARED}
        return Shown(messages=messages, evicted=len(results) > _KEEP_RESULTS)


class RandomPolicy:
    """Keeps all calls and as many lines, chosen at random, as fit.

    The choice depends on the trajectory and the step alone.
    """

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The context with a random subset of the lines that are not base."""
        count = recording.measure.text
        rest = recording.rest(step)
        room = ceiling - recording.base_tokens
        room -= sum(count(call.text) for index in rest for call in recording.views[index].calls)
        lines = [
            (index, place, f"{line}\n")
            for index in rest
            for place, line in enumerate(recording.views[index].text.split("\n"))
        ]
        total = len(lines)
        random.Random(f"{recording.trajectory.id} {step}").shuffle(lines)
        kept: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        for index, place, line in lines:
            if count(line) <= room:
                room -= count(line)
                kept[index].append((place, line))
                total -= 1
        messages = recording.trajectory.messages[:step]
        for index in rest:
            text = "".join(line for _, line in sorted(kept[index])).removesuffix("\n")
            if text != recording.views[index].text:
                messages[index] = {**messages[index], "content": text}
        return Shown(messages=messages, evicted=total > 0)


def _tail(recording: Recording, index: int, room: int) -> dict[str, Any]:
    """A message cut to its last tokens; calls become text, for they may be cut too."""
    said = recording.said[index]
    count = recording.measure.counter.count
    length = bisect_right(range(len(said) + 1), room, key=lambda n: count(said[len(said) - n :])) - 1
    tail = said[len(said) - max(length, 0) :]
    fields = recording.trajectory.messages[index]
    return {**{key: fields[key] for key in fields if key != "tool_calls"}, "content": tail}
