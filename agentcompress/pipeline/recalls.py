"""What the recall tool brought back, and what an agent keeps asking for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agentcompress.values import ID_DIGITS, Group, Message, Wanted

_LOOP = 3
"""The how-manieth time of asking for the same shows that the agent goes in a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What one answer of the tool holds."""

    source: str
    """Id of the message that came back, or the question that was asked."""
    first: int
    """First line of it that came back, from 1."""
    last: int
    """Last line of it that came back, inclusive; before `first` where there is none."""

    def overlaps(self, other: "Recalled") -> bool:
        """Whether both hold a line of the same source."""
        return self.source == other.source and max(self.first, other.first) <= min(self.last, other.last)


def asked(group: Group, messages: Sequence[Message]) -> Mapping[int, Wanted]:
    """Index of a tool result → what it was to bring back, of those in a group that answer the tool.

    Only the agent's own calls tell: an output that looks like an answer is none.
    """
    wanted = {call.id: Wanted.of(call) for call in messages[group.messages[0]].calls}
    answers = ((index, wanted.get(messages[index].call_id or "")) for index in group.messages[1:])
    return {index: one for index, one in answers if one is not None}


def recalled(groups: Iterable[Group], messages: Sequence[Message]) -> Mapping[int, Recalled]:
    """Index of a tool result → what it brought back, of those that answer the tool.

    Args:
        groups: All that ask something back, in order.
        messages: All messages.
    """
    found: dict[int, Recalled] = {}
    by_id: dict[str, Recalled] = {}
    for group in groups:
        for index, wanted in asked(group, messages).items():
            answer = messages[index]
            found[index] = by_id[answer.id] = _brought(wanted, answer.text, by_id)
    return found


def staying(groups: Sequence[Group], messages: Sequence[Message], newest: Group) -> frozenset[int]:
    """Indices of answers to stay: those that the agent has not read yet, and those it insists on.

    Of answers that hold the same, it insists on the newest from the third on.

    Args:
        groups: All that ask something back, in order.
        messages: All messages.
        newest: The newest group, of those that do not, too.
    """
    answers = recalled(groups, messages)
    unread = set(newest.messages).intersection(answers)
    return frozenset(unread | _insisted(answers))


def _insisted(answers: Mapping[int, Recalled]) -> set[int]:
    earlier: defaultdict[str, list[int]] = defaultdict(list)
    stay: set[int] = set()
    for index, answer in answers.items():
        same = [other for other in earlier[answer.source] if answer.overlaps(answers[other])]
        earlier[answer.source].append(index)
        if len(same) + 1 >= _LOOP:
            stay.difference_update(same)
            stay.add(index)
    return stay


def _brought(wanted: Wanted, answer: str, by_id: Mapping[str, Recalled]) -> Recalled:
    lines = len(answer.splitlines()) - 1  # Above what comes back stands a line that says what it is.
    if not wanted.result_id.strip():
        return Recalled(source=" ".join(wanted.question.lower().split()), first=1, last=lines)
    first = wanted.span[0] if wanted.span else 1
    last = first + lines - 1
    source = by_id.get(wanted.key[:ID_DIGITS])
    if source is None:
        return Recalled(source=wanted.key[:ID_DIGITS], first=first, last=last)
    # What was brought back and shortened again is asked for by the answer's own id.
    behind = source.first - 2
    return Recalled(source=source.source, first=max(source.first, behind + first), last=behind + last)
