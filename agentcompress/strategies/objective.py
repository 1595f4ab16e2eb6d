"""What a selection is worth, in arrays: the function that the kernel maximises."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Rendition, Scores, Segment

GAP_TOKENS = 1
"""Cost of the line that marks a gap inside a message."""
SPREAD = 0.5
"""Exponent on scores: below 1 it spreads the budget over more atoms."""
SAID = 0.3
"""Weight in a tool output of an atom that a call or a message also says, against one it alone has."""
CALL = 1.0
"""Weight of an atom in a call: what agents used they use again."""
PROSE = 0.02
"""Value of a token that carries no atom not yet shown, against an atom of weight 1."""
LEAD = 0.3
"""Value that each shown segment gives to what helps to understand it, against an atom of weight 1."""
HIDDEN = -1
"""In place of a rendition: not shown."""

_BY_RULE = frozenset({"reasoning", "call"})
"""Kinds that are not chosen: calls stay with their group, on reasoning another strategy decides."""

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Objective:
    """F(S): atoms covered, words shown, and leads shown over what they lead.

    An atom counts once, with the most that anything shown gives it: facility location (Lin &
    Bilmes, "A Class of Submodular Functions for Document Summarization", ACL 2011), which is
    monotone and submodular. In a segment it weighs the best score of the segments that have it.
    """

    values: Floats
    """Score ** SPREAD of each segment, shape (segments,)."""
    choosable: NDArray[np.bool_]
    """Whether a segment is chosen, or shown by a rule, shape (segments,)."""
    head: Integers
    """Index of the segment that each cannot be shown without, -1 for none, shape (segments,)."""
    lead: Integers
    """Index of the segment that helps to understand each, -1 for none, shape (segments,)."""
    inner: NDArray[np.bool_]
    """Whether a segment of the same message stands before each, shape (segments,)."""
    group_of: Integers
    """Index of each segment's group, shape (segments,), ascending."""
    overheads: Integers
    """Tokens that each group costs before it shows anything, shape (groups,)."""
    forms: Integers
    """Where each segment's renditions begin in what follows, largest first, shape (segments + 1,)."""
    tokens: Integers
    """Tokens of each rendition, shape (renditions,)."""
    atoms: Integers
    """Numbers of the atoms of all renditions, one behind the other."""
    bounds: Integers
    """Where each rendition's atoms begin in `atoms`, shape (renditions + 1,)."""
    called: tuple[tuple[int, ...], ...]
    """Numbers of the atoms in each group's calls, shape (groups,)."""
    weights: Floats
    """What each atom is worth in a segment, shape (atoms,)."""
    call_weights: Floats
    """What each atom is worth in a call, shape (atoms,)."""
    visible: Integers
    """Numbers of the atoms that are shown whatever is chosen."""

    @classmethod
    def of(cls, context: Context, scores: Scores) -> Self:
        """The objective of a context.

        Args:
            context: What may be shown.
            scores: One score a segment, higher = keep, shape (segments,).
        """
        segments = context.segments
        shapes: list[Segment | Rendition] = []
        for segment in segments:
            shapes += (segment, *segment.condensed)
        owned = [shape.atoms for shape in shapes]
        bounds = np.cumsum([0, *map(len, owned)])
        numbers = dict.fromkeys(chain(*owned, *(group.atoms for group in context.groups)), 0)
        for number, atom in enumerate(numbers):
            numbers[atom] = number
        atoms = np.fromiter(map(numbers.__getitem__, chain(*owned)), np.intp, bounds[-1])
        called = tuple(tuple(map(numbers.__getitem__, group.atoms)) for group in context.groups)
        forms = np.cumsum([0, *(1 + len(segment.condensed) for segment in segments)])
        values: Floats = np.round(scores, 6).astype(np.float64) ** SPREAD
        kinds = np.array([segment.kind in _BY_RULE for segment in segments], dtype=bool)
        owner = np.repeat(np.repeat(np.arange(len(segments)), np.diff(forms)), np.diff(bounds))
        weights, call_weights = _weights(context, values, owner, atoms, called, numbers)
        return cls(
            values=values,
            choosable=~kinds,
            head=_behind([segment.head for segment in segments]),
            lead=_behind([segment.lead for segment in segments]),
            inner=np.diff(context.message_of, prepend=-1) == 0,
            group_of=context.group_of,
            overheads=np.array([group.overhead for group in context.groups], dtype=np.intp),
            forms=forms,
            tokens=np.array([shape.tokens for shape in shapes], dtype=np.intp),
            atoms=atoms,
            bounds=bounds,
            called=called,
            weights=weights,
            call_weights=call_weights,
            visible=np.array([numbers[a] for a in context.visible if a in numbers], dtype=np.intp),
        )

    @property
    def words(self) -> Floats:
        """What showing each rendition adds by its words alone, shape (renditions,)."""
        words: Floats = PROSE * np.repeat(self.values, np.diff(self.forms)) * self.tokens
        return words

    def gains(self, levels: Floats) -> Floats:
        """What showing each rendition would add, were nothing of its segment shown, shape (renditions,).

        Args:
            levels: What each atom already counts, shape (atoms,).
        """
        rows = np.repeat(np.arange(len(self.tokens)), np.diff(self.bounds))
        fresh = np.maximum(self.weights[self.atoms] - levels[self.atoms], 0.0)
        gains: Floats = self.words + np.bincount(rows, fresh, len(self.tokens))
        return gains

    def levels(self, shown: Mapping[int, int], groups: Collection[int]) -> Floats:
        """What each atom counts where this is shown, shape (atoms,); infinite if it counts anyway.

        Args:
            shown: Segment → rendition.
            groups: The groups that are open.
        """
        levels = np.zeros(len(self.weights))
        called = np.array([number for group in groups for number in self.called[group]], dtype=np.intp)
        levels[called] = self.call_weights[called]
        flags = np.zeros(len(self.tokens), dtype=bool)
        flags[self._chosen(shown)] = True
        atoms = self.atoms[np.repeat(flags, np.diff(self.bounds))]
        levels[atoms] = np.maximum(levels[atoms], self.weights[atoms])
        levels[self.visible] = np.inf
        return levels

    def value(self, shown: Mapping[int, int], groups: Collection[int]) -> float:
        """F of what is shown; arguments as in `levels`."""
        levels = self.levels(shown, groups)
        segments, is_shown = self._segments(shown)
        words = PROSE * self.values[segments] @ self.tokens[self._chosen(shown)]
        led = segments[self.lead[segments] >= 0]
        leads = LEAD * self.values[led[is_shown[self.lead[led]]]].sum()
        return float(levels[np.isfinite(levels)].sum() + words + leads)

    def _segments(self, shown: Mapping[int, int]) -> tuple[Integers, NDArray[np.bool_]]:
        """The segments shown, and whether each is, shape (segments,)."""
        segments = np.fromiter(shown, np.intp, len(shown))
        is_shown = np.zeros(len(self.values), dtype=bool)
        is_shown[segments] = True
        return segments, is_shown

    def _chosen(self, shown: Mapping[int, int]) -> Integers:
        """Numbers of the renditions shown."""
        chosen: Integers = self.forms[np.fromiter(shown, np.intp, len(shown))]
        return chosen + np.fromiter(shown.values(), np.intp, len(shown))


def _behind(distances: list[int]) -> Integers:
    """Index of the segment that stands so far before each; -1 where the distance is 0."""
    back = np.array(distances, dtype=np.intp)
    return np.where(back > 0, np.arange(len(back)) - back, -1)


def _weights(
    context: Context,
    values: Floats,
    owner: Integers,
    atoms: Integers,
    called: tuple[tuple[int, ...], ...],
    numbers: Mapping[str, int],
) -> tuple[Floats, Floats]:
    """Weights of atoms in segments and in calls; a call's own text is a segment of kind "call"."""
    in_call = np.array([segment.kind == "call" for segment in context.segments], dtype=bool)[owner]
    spoken = np.array([segment.role != "tool" for segment in context.segments], dtype=bool)[owner]
    count = len(numbers)
    weights, call_weights = np.zeros(count), np.zeros(count)
    np.maximum.at(weights, atoms[~in_call], values[owner[~in_call]])
    np.maximum.at(call_weights, atoms[in_call], CALL * values[owner[in_call]])
    # Where odds are known, they take the place of what the segments are worth.
    known = [(numbers[atom], odds) for atom, odds in context.odds.items() if atom in numbers]
    if known:
        of_known = np.array([number for number, _ in known], dtype=np.intp)
        weights[of_known] = np.round([odds for _, odds in known], 6) ** SPREAD
    said = np.zeros(count, dtype=bool)
    said[atoms[spoken]] = True
    said[list(chain.from_iterable(called))] = True
    weights[said] *= SAID
    return weights, call_weights
