"""One recorded run → what it teaches: features of atoms and whether the next calls used them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from agentcompress.compressor import Compressor
from agentcompress.criteria.learned import AtomFeatures, atom_features
from agentcompress.errors import BudgetExceededError
from agentcompress.evaluation.atoms import called_atoms
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.steps import ceiling_of, snapshot_steps
from agentcompress.tokens import RequestCounter
from agentcompress.values import Context, Criterion, Scores, Selection

from .labels import AHEAD, usefulness

_SHARE = 0.25
"""Budget under which contexts are looked at: what is learned does not depend on it."""
_UNUSED = 400
"""Atoms of one context that nothing used, at most; of more, a sample that stands for all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """What one run teaches; arrays alone, so that it can be kept and sent."""

    columns: tuple[str, ...]
    """Names of the features."""
    rows: NDArray[np.float32]
    """Features of each atom, shape (atoms, features)."""
    prior: NDArray[np.float64]
    """What other criteria say of each, above 0, shape (atoms,)."""
    useful: NDArray[np.float64]
    """How soon each was used, in [0, 1], shape (atoms,)."""
    stands_for: NDArray[np.float64]
    """How many atoms each stands for, shape (atoms,)."""
    step_of: NDArray[np.intp]
    """Number of each atom's step in the run, ascending, shape (atoms,)."""

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Several as one, their steps told apart.

        Args:
            parts: At least one.
        """
        before = np.cumsum([0, *(int(part.step_of.max(initial=-1)) + 1 for part in parts)])
        return cls(
            columns=parts[0].columns,
            rows=np.concatenate([part.rows for part in parts]),
            prior=np.concatenate([part.prior for part in parts]),
            useful=np.concatenate([part.useful for part in parts]),
            stands_for=np.concatenate([part.stands_for for part in parts]),
            step_of=np.concatenate([part.step_of + at for part, at in zip(parts, before, strict=False)]),
        )


class _ContextStrategy:
    """Shows nothing, and keeps what it chose from."""

    def __init__(self) -> None:
        self._seen: tuple[Context, Scores] | None = None

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        self._seen = context, scores
        return Selection(renditions={}, groups=frozenset())

    def taken(self) -> tuple[Context, Scores] | None:
        """What was seen since it was asked last."""
        seen, self._seen = self._seen, None
        return seen


def examples_of(
    trajectory: Trajectory, criterion: Criterion, measure: Measure, *, max_steps: int = 6, seed: int = 0
) -> Examples | None:
    """What a run teaches; None where no step of it has anything to choose and to use.

    Args:
        trajectory: The run.
        criterion: What is known without learning.
        measure: Counts tokens.
        max_steps: Contexts of it that are looked at, evenly spaced.
        seed: Draws the atoms that stand for those that nothing used.
    """
    recording = Recording(trajectory, measure)
    rng = np.random.default_rng([seed, crc32(trajectory.id.encode("utf-8", "surrogatepass"))])
    strategy = _ContextStrategy()
    counter = RequestCounter(counter=measure.counter, images=measure.images)
    shared = Compressor(1, counter=counter, criterion=criterion, strategy=strategy, prices="none")
    parts: list[Examples] = []
    for step in snapshot_steps(recording, max_steps):
        try:
            shared.with_budget(ceiling_of(recording, step, _SHARE)).compress(trajectory.messages[:step])
        except BudgetExceededError:
            continue
        if seen := strategy.taken():
            features = atom_features(*seen)
            useful = usefulness(features.names, _futures(recording, step))
            if useful.any():
                parts.append(_sampled(features, useful, rng))
    return Examples.joined(parts) if parts else None


def _futures(recording: Recording, step: int) -> list[frozenset[str]]:
    """Atoms of each call from a step on, the next one first."""
    acting = (view for view in recording.views[step:] if view.calls)
    return [frozenset(atom.text for atom in called_atoms(view)) for view in islice(acting, AHEAD)]


def _sampled(features: AtomFeatures, useful: NDArray[np.float64], rng: np.random.Generator) -> Examples:
    used, unused = np.flatnonzero(useful), np.flatnonzero(useful == 0)
    drawn = rng.choice(unused, _UNUSED, replace=False) if len(unused) > _UNUSED else unused
    chosen = np.concatenate([used, np.sort(drawn)])
    stands_for = np.ones(len(chosen))
    stands_for[len(used) :] = len(unused) / max(1, len(drawn))
    return Examples(
        columns=features.columns,
        rows=features.rows[chosen],
        prior=features.prior[chosen],
        useful=useful[chosen],
        stands_for=stands_for,
        step_of=np.zeros(len(chosen), dtype=np.intp),
    )
