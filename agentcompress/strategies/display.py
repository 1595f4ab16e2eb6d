"""What is shown so far, and what showing one more segment would bring and cost."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agentcompress.values import Context, Rendition, Scores

GAP_TOKENS = 1
"""Cost of the line that marks a gap inside a message."""
SPREAD = 0.5
"""Exponent on scores: below 1 it spreads the budget over more atoms."""
SAID = 0.3
"""Weight of an atom that a call or a message also says, against one only tool outputs have."""
PROSE = 0.02
"""Value of a token that carries no atom not yet shown, against an atom of weight 1."""
LEAD = 0.3
"""Value that each shown segment gives to what helps to understand it, against an atom of weight 1."""
HIDDEN = -1
"""In place of a rendition: not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The best that showing one segment, or more of it, can do now."""

    rendition: int
    """Index into the segment's renditions."""
    gain: float
    """Value it adds."""
    cost: int
    """Tokens it takes, heads that have to come with it included."""

    @property
    def density(self) -> float:
        """Value per token."""
        return self.gain / self.cost if self.cost > 0 else float("inf")


class Display:
    """Coverage of atoms as the value of what is shown, tokens as its cost.

    An atom is worth the best score of the segments that have it, once: the value is
    monotone and submodular. A segment comes with its heads, so showing one makes its
    neighbours under the same heads cheaper, and what leads it worth more; a segment
    beside a shown one closes a gap.

    Args:
        context: What may be shown.
        scores: One score a segment, higher = keep, shape (segments,).
    """

    def __init__(self, context: Context, scores: Scores) -> None:
        self._segments = context.segments
        self._values = [round(float(score), 6) ** SPREAD for score in scores]
        self._message_of = context.message_of.tolist()
        self._weights = self._atom_weights(context)
        self._under = self._members_under()
        self._led = [0.0] * len(self._segments)
        self.covered = set(context.visible)
        self.shown = [HIDDEN] * len(self._segments)

    def _atom_weights(self, context: Context) -> dict[str, float]:
        weights: dict[str, float] = {}
        said = {atom for group in context.groups for atom in group.atoms}
        for segment, value in zip(self._segments, self._values, strict=True):
            if segment.role != "tool":
                said.update(segment.atoms)
            for atom in segment.atoms:
                if value > weights.get(atom, -1.0):
                    weights[atom] = value
        return {atom: value * (SAID if atom in said else 1.0) for atom, value in weights.items()}

    def _members_under(self) -> dict[int, list[int]]:
        under: dict[int, list[int]] = {}
        for index, segment in enumerate(self._segments):
            if segment.head:
                under.setdefault(index - segment.head, []).append(index)
        return under

    def worth(self, atoms: Iterable[str]) -> float:
        """Value of atoms not shown so far."""
        return sum(self._weights.get(atom, 0.0) for atom in atoms if atom not in self.covered)

    def offer(self, index: int, also: set[str] | None = None) -> Offer | None:
        """The best next move for a segment; None where all of it is shown, or a rule decides on it.

        Args:
            index: The segment.
            also: Atoms to be taken as shown.
        """
        now = self.shown[index]
        segment = self._segments[index]
        if now == 0 or segment.kind == "reasoning":
            return None
        covered = self.covered if also is None else also
        if now == HIDDEN:
            gain, cost = self._heads(index, covered)
            gain += self._led[index]
            cost += self._gap(index)
            if not segment.condensed:
                gain += self._gain(index, segment.atoms, segment.tokens, covered)
                return Offer(rendition=0, gain=gain, cost=cost + segment.tokens)
        else:
            gain, cost = 0.0, -segment.renditions[now].tokens
            gain -= PROSE * self._values[index] * segment.renditions[now].tokens
        return max(
            self._forms(index, segment.renditions, now, covered, gain, cost),
            key=lambda offer: (offer.density, offer.cost),
        )

    def _forms(
        self, index: int, forms: Sequence[Rendition], now: int, covered: set[str], gain: float, cost: int
    ) -> Iterator[Offer]:
        for number in range(len(forms) if now == HIDDEN else now):
            form = forms[number]
            added = self._gain(index, form.atoms, form.tokens, covered)
            yield Offer(rendition=number, gain=gain + added, cost=cost + form.tokens)

    def _gain(self, index: int, atoms: Sequence[str], tokens: int, covered: set[str]) -> float:
        value: float = PROSE * self._values[index] * tokens
        for atom in atoms:
            if atom not in covered:
                value += self._weights[atom]
        return value

    def _gap(self, index: int) -> int:
        here = self._message_of[index]
        first = index == 0 or self._message_of[index - 1] != here
        last = index + 1 == len(self.shown) or self._message_of[index + 1] != here
        opens = not first and self.shown[index - 1] == HIDDEN
        closes = not last and self.shown[index + 1] != HIDDEN
        return GAP_TOKENS * (opens - closes)

    def _heads(self, index: int, covered: set[str]) -> tuple[float, int]:
        gain, cost = 0.0, 0
        for head in self._hidden_heads(index):
            segment = self._segments[head]
            gain += self._gain(head, segment.atoms, segment.tokens, covered)
            cost += segment.tokens
        return gain, cost

    def _hidden_heads(self, index: int) -> Iterator[int]:
        while back := self._segments[index].head:
            index -= back
            if self.shown[index] != HIDDEN:
                break
            yield index

    def show(self, index: int, rendition: int) -> set[int]:
        """Shows a segment with its heads; returns the segments whose offers may be better for it."""
        better: set[int] = set()
        for number in (*self._hidden_heads(index), index):
            better |= self._show(number, rendition if number == index else 0)
        return {number for number in better if self.shown[number] != 0}

    def _show(self, index: int, rendition: int) -> set[int]:
        first_time = self.shown[index] == HIDDEN
        self.shown[index] = rendition
        self.covered.update(self._segments[index].renditions[rendition].atoms)
        better = {index} if rendition else set()
        if first_time:
            better |= {near for near in (index - 1, index + 1) if self._in_message(near, index)}
            better |= self._descendants(index)
            if lead := self._segments[index].lead:
                self._led[index - lead] += LEAD * self._values[index]
                better.add(index - lead)
        return better

    def _in_message(self, near: int, index: int) -> bool:
        inside = 0 <= near < len(self.shown)
        return inside and bool(self._message_of[near] == self._message_of[index])

    def _descendants(self, index: int) -> set[int]:
        found: set[int] = set()
        waiting = [index]
        while waiting:
            members = self._under.get(waiting.pop(), ())
            found.update(members)
            waiting += members
        return found
