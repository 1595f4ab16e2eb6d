"""What later calls used of an output says where in it to look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Scores, atoms_of

from .mentions import Mentions, mentions_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyCriterion:
    """1 + the atoms that a tool output defined here and that were used later, and part of its neighbours'.

    An atom is defined where a tool output says it and nobody did before: no message, no
    earlier call, nor the call that asked for the output. It is used when a later call has
    it, or when the query does: the newest reasoning and its call, still pending. Each
    neighbour in the same message takes `spread` of a use per segment of distance, up to
    `reach`.

    Source: definition-use chains, along which a program slice is found (Weiser, "Program
    Slicing", IEEE Transactions on Software Engineering 1984): outputs define, calls use.

    Raises:
        ValueError: `spread` is not in [0, 1), or `reach` is negative.
    """

    spread: float = 0.5
    """What is left of a use at each segment of distance."""
    reach: int = 4
    """Distance in segments up to which a use tells of its neighbours."""

    def __post_init__(self) -> None:
        if not 0 <= self.spread < 1:
            raise ValueError(f"spread must lie in [0, 1), got {self.spread}")
        if not self.reach >= 0:
            raise ValueError(f"reach must not be negative, got {self.reach}")

    def score(self, context: Context) -> Scores:
        """One score a segment from 1 up, shape (segments,); 1 where nothing was used."""
        atoms = mentions_of([segment.atoms for segment in context.segments])
        firsts = atoms.segments[atoms.firsts]
        uses = np.bincount(firsts[_used(context, atoms)], minlength=len(context.segments)).astype(np.float64)
        told = uses.copy()
        for distance in range(1, min(self.reach, len(uses) - 1) + 1):
            together = context.message_of[distance:] == context.message_of[:-distance]
            share = self.spread**distance * together
            told[distance:] += share * uses[:-distance]
            told[:-distance] += share * uses[distance:]
        scores: Scores = (1.0 + told).astype(np.float32)
        return scores


def _used(context: Context, atoms: Mentions) -> NDArray[np.bool_]:
    """Whether each atom was defined by a tool output and used later, shape (atoms,)."""
    number = {name: index for index, name in enumerate(atoms.names)}
    firsts = atoms.segments[atoms.firsts]
    defined_in = context.group_of[firsts]
    first_call = np.full(len(number), len(context.groups))
    last_call = np.full(len(number), -1)
    for position, group in enumerate(context.groups):
        for index in (number[atom] for atom in group.atoms if atom in number):
            first_call[index] = min(first_call[index], position)
            last_call[index] = position
    pending = [number[atom] for atom in atoms_of(context.query) if atom in number]
    last_call[pending] = len(context.groups)
    tool = np.array([segment.role == "tool" for segment in context.segments], dtype=bool)
    given = np.array([name in context.visible for name in atoms.names], dtype=bool)
    used: NDArray[np.bool_] = tool[firsts] & ~given & (first_call > defined_in) & (last_call > defined_in)
    return used
