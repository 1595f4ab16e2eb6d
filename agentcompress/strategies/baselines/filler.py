"""Shows whole segments, one after the other, while they fit."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from agentcompress.strategies.objective import GAP_TOKENS
from agentcompress.strategies.pins import FIRM_PART, SoftPins
from agentcompress.values import Context, Selection

PINNED = 0.5
"""Share of what is left that older steps and user turns may take before everything else."""
NEVER = np.iinfo(np.intp).max // 2
"""Cost of what a rule decides on."""


class Filler:
    """What is shown so far, and what showing each segment would cost now.

    A segment comes with its group, which costs its overhead when it opens, and with the
    heads that it cannot be shown without. Soft-pinned groups are open from the start as
    far as they fit: the newest step may take everything, the plan and the error a part, the
    others half of what is left.

    Attributes:
        costs: Tokens that each segment would take now, shape (segments,); more than any budget
            where it is shown, or left to another rule (reasoning).
        left: Tokens of the budget not spent yet.

    Args:
        context: What may be shown.
        budget: Tokens to spend.
    """

    def __init__(self, context: Context, budget: int) -> None:
        self._context = context
        self._open: set[int] = set()
        self._shown: set[int] = set()
        self._under: dict[int, list[int]] = {}
        self._overheads = np.array([group.overhead for group in context.groups], dtype=np.intp)
        self._bounds = np.searchsorted(context.group_of, np.arange(len(context.groups) + 1))
        self.costs = self._first_costs()
        self.left = budget
        soft = SoftPins.of(context)
        self._open_pinned([*soft.recalled, *soft.firm], self.left // FIRM_PART)
        self._open_pinned(soft.newest, self.left)
        self._open_pinned(soft.others, int(PINNED * self.left))

    def _first_costs(self) -> NDArray[np.intp]:
        segments = self._context.segments
        # A gap charged to every segment: a baseline need not be exact.
        costs = np.array([segment.tokens + GAP_TOKENS for segment in segments], dtype=np.intp)
        costs += self._overheads[self._context.group_of] if len(costs) else 0
        for index, segment in enumerate(segments):
            if segment.head:
                self._under.setdefault(index - segment.head, []).append(index)
            costs[index] += sum(segments[head].tokens for head in self._heads(index))
            if segment.kind == "reasoning":
                costs[index] = NEVER
        return costs

    def _open_pinned(self, groups: Iterable[int], budget: int) -> None:
        for group in groups:
            overhead = self._context.groups[group].overhead
            if overhead <= budget:
                self._open_group(group)
                budget -= overhead
                self.left -= overhead

    def _open_group(self, group: int) -> None:
        if group not in self._open:
            self._open.add(group)
            self.costs[self._bounds[group] : self._bounds[group + 1]] -= self._overheads[group]

    def _heads(self, index: int) -> Iterator[int]:
        """Heads that are not shown yet, nearest first."""
        while (back := self._context.segments[index].head) and index - back not in self._shown:
            index -= back
            yield index

    def fits(self, index: int) -> bool:
        """Whether a segment can still be shown."""
        return bool(self.costs[index] <= self.left)

    def show(self, index: int) -> None:
        """Shows a segment with its group and heads.

        Raises:
            ValueError: It does not fit.
        """
        if not self.fits(index):
            raise ValueError(f"segment {index} costs {self.costs[index]} of the {self.left} tokens left")
        self.left -= int(self.costs[index])
        self._open_group(int(self._context.group_of[index]))
        for number in (*self._heads(index), index):
            self._shown.add(number)
            self.costs[number] = NEVER
            self.costs[self._descendants(number)] -= self._context.segments[number].tokens

    def _descendants(self, index: int) -> list[int]:
        found: list[int] = []
        waiting = [index]
        while waiting:
            members = self._under.get(waiting.pop(), [])
            found += members
            waiting += members
        return found

    def selection(self) -> Selection:
        """What is shown so far, in full."""
        return Selection(renditions=dict.fromkeys(sorted(self._shown), 0), groups=frozenset(self._open))
