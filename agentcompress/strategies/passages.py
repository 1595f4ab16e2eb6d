"""Passages: what documents in a tool output take is spent on those that answer."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from agentcompress.values import (
    Choosing,
    Context,
    Criterion,
    Group,
    PreparedStrategy,
    Scores,
    Segment,
    Selection,
    prepared,
    scored,
)

from .fill import FillStrategy
from .objective import GAP_TOKENS
from .stage import StageStrategy

_FEWEST = 3
"""Passages of an output from which on there is a choice."""


@dataclass(frozen=True, slots=True)
class PassageStrategy(PreparedStrategy, StageStrategy):
    """Lets the rest say how much of an output of documents is shown, and shows whole passages of it.

    A record or a line is worth the names and numbers in it, wherever it stands. A document answers
    as a whole or not at all: sentences with many names, picked from all of them, tell little.
    """

    answers: Criterion = field(kw_only=True)
    """Scores the passages of one output, each as one segment, for the query."""

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        select = prepared(self.rest, context, scores)
        outputs = [_Passages(context, passages, self.answers) for passages in _outputs(context)]
        if not outputs:
            return select

        def whole(budget: int) -> Selection:
            selection = select(budget)
            shown = dict(selection.renditions)
            for output in outputs:
                output.regroup(shown)
            if shown == selection.renditions:
                return selection
            return replace(selection, renditions=shown, certificate=None)

        return whole


def _outputs(context: Context) -> Iterator[list[list[int]]]:
    """Of each tool output with several passages: their segments."""
    outputs: defaultdict[int, defaultdict[tuple[int, int], list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for index, segment in enumerate(context.segments):
        if segment.passage and segment.role == "tool":
            outputs[int(context.message_of[index])][segment.part, segment.passage].append(index)
    return (list(passages.values()) for passages in outputs.values() if len(passages) >= _FEWEST)


class _Passages:
    """The passages of one output."""

    def __init__(self, context: Context, passages: Sequence[Sequence[int]], answers: Criterion) -> None:
        self._segments = context.segments
        self._passages = passages
        self._inside = frozenset(chain(*passages))
        self._alone = self._by_themselves(context.query)
        self._scores = np.round(scored(answers, self._alone), 6)

    def regroup(self, shown: dict[int, int]) -> None:
        """Changes what is shown to whole passages, the best first, in no more tokens.

        What is left over keeps what was shown of the others.
        """
        before = {index: shown[index] for index in self._inside if index in shown}
        if len(before) == len(self._inside) and not any(before.values()):
            return
        room = sum(self._segments[index].renditions[form].tokens for index, form in before.items())
        room += GAP_TOKENS * sum(index - 1 not in shown for index in before)
        for index in before:
            del shown[index]
        whole = FillStrategy().select(self._alone, self._scores, room).renditions
        ranked = (self._passages[number] for number in np.argsort(-self._scores, kind="stable"))
        parts = ([index] for passage in ranked for index in passage if index in before)
        for indices in (*(self._passages[number] for number in whole), *parts):
            needed = self._with_heads(indices) - shown.keys()
            gaps = sum(index - 1 not in shown and index - 1 not in needed for index in needed)
            gaps -= sum(index + 1 in shown and index + 1 in self._inside for index in needed)
            cost = sum(self._segments[index].tokens for index in needed) + GAP_TOKENS * gaps
            if needed and cost <= room:
                room -= cost
                shown.update(dict.fromkeys(needed, 0))

    def _with_heads(self, indices: Sequence[int]) -> set[int]:
        found = set(indices)
        for index in indices:
            while self._segments[index].head:
                index -= self._segments[index].head
                found.add(index)
        return found

    def _by_themselves(self, query: str) -> Context:
        """The passages as segments, to be shown whole or not at all."""
        segments = []
        for passage in self._passages:
            parts = [self._segments[index] for index in passage]
            text = ("\n" if any(part.head for part in parts) else "").join(part.text for part in parts)
            tokens = sum(part.tokens for part in parts) + GAP_TOKENS
            segments.append(Segment(part=0, start=0, end=0, text=text, tokens=tokens, role="tool"))
        return Context(
            segments=segments,
            groups=[Group(messages=(0,), step=0)],
            message_of=np.arange(len(segments)),
            group_of=np.zeros(len(segments), dtype=np.intp),
            step=1,
            query=query,
        )
