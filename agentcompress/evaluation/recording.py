"""A trajectory prepared for replay: what is asked again at every step is worked out once."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from agentcompress.messages import OpenAICodec
from agentcompress.values import Message

from .atoms import Atom
from .measure import Measure
from .reading import Trajectory

_CODEC = OpenAICodec()
_PLACE = 80


class Recording:
    """One trajectory with its token counts and the places of its atoms.

    Attributes:
        trajectory: The run itself.
        measure: Counts tokens.
        views: The messages as the engine sees them.
        said: What each of them says: text and calls.
        tokens: What each of them costs.
        base: Indices of the system messages and the first user message before the first answer.
        base_tokens: What the base costs.
    """

    def __init__(self, trajectory: Trajectory, measure: Measure) -> None:
        self.trajectory = trajectory
        self.measure = measure
        self.views = trajectory.views
        self.said = [view.said for view in self.views]
        self.tokens = [measure.message(view) for view in self.views]
        self.base = _base(self.views)
        self.base_tokens = sum(self.tokens[index] for index in self.base)
        self._before = [0, *accumulate(self.tokens)]
        self._own = {id(raw): index for index, raw in enumerate(trajectory.messages)}
        self._mentions: dict[Atom, list[int]] = {}
        self._places: dict[tuple[str, int], tuple[str, ...]] = {}

    def tokens_before(self, step: int) -> int:
        """Tokens of the whole context of a step: all messages before it."""
        return self._before[step]

    def rest(self, step: int) -> list[int]:
        """Indices of the messages before a step that are not base, in order."""
        return [index for index in range(step) if index not in self.base]

    def look(self, raw: dict[str, Any]) -> tuple[Message, int]:
        """A message of a compressed context as the engine sees it, and its tokens."""
        index = self._own.get(id(raw))
        if index is not None:
            return self.views[index], self.tokens[index]
        view = _CODEC.read(raw)
        return view, self.measure.message(view)

    def mentions(self, atom: Atom, step: int) -> list[int]:
        """Indices of the messages before a step that show an atom, in order."""
        found = self._mentions.get(atom)
        if found is None:
            found = [index for index, said in enumerate(self.said) if atom.shown_in(said)]
            self._mentions[atom] = found
        return found[: bisect_left(found, step)]

    def places(self, atom: Atom, message: int) -> tuple[str, ...]:
        """The source lines around each occurrence of an atom in a message, each once.

        Of a line longer than 80 characters it is the 80 characters around the atom.
        """
        key = (atom.text, message)
        if key not in self._places:
            said = self.said[message]
            spans = (match.span() for match in re.finditer(re.escape(atom.text), said))
            self._places[key] = tuple(dict.fromkeys(_place(said, *span) for span in spans))
        return self._places[key]


def _base(views: Sequence[Message]) -> tuple[int, ...]:
    first = next((i for i, view in enumerate(views) if view.role == "assistant"), len(views))
    systems = [i for i in range(first) if views[i].role == "system"]
    users = [i for i in range(first) if views[i].role == "user"]
    return (*systems, *users[:1])


def _place(said: str, start: int, end: int) -> str:
    # Beyond these bounds the line is longer than a place anyway, so its true ends do not matter.
    first, last = max(0, start - _PLACE - 1), min(len(said), end + _PLACE + 1)
    left = max(first, said.rfind("\n", first, start) + 1)
    right = said.find("\n", end, last)
    right = last if right < 0 else right
    if right - left > _PLACE:
        left = max(left, min(start - _PLACE // 2, right - _PLACE))
        right = min(right, max(left + _PLACE, end))
    return said[left:right].strip()
