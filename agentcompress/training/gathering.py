"""Runs → what each source teaches, one run after the other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from agentcompress.evaluation.reading import Trajectory

from .examples import Examples
from .kept import KeptExamples

Looking = Callable[[Trajectory], Examples | None]
"""What one run teaches; depends on the run alone, so runs may be looked at side by side."""


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What was learned from so far."""

    runs: dict[str, int] = field(default_factory=dict)
    """Source → its runs."""
    licences: dict[str, list[str]] = field(default_factory=dict)
    """Source → the licences that its runs name."""
    parts: dict[str, list[Examples]] = field(default_factory=dict)
    """Source → what each of its runs teaches."""

    def sources(self) -> dict[str, Examples]:
        """What each source teaches, those that teach nothing left out."""
        return {source: Examples.joined(parts) for source, parts in sorted(self.parts.items())}


def gather(
    trajectories: Iterable[Trajectory], look: Looking, kept: KeptExamples | None
) -> Iterator[Gathered]:
    """What is known after each run.

    Args:
        trajectories: The runs.
        look: What one of them teaches.
        kept: Runs that were looked at before.
    """
    gathered = Gathered()
    for trajectory in trajectories:
        known, examples = kept.get(trajectory) if kept else (False, None)
        if not known:
            examples = look(trajectory)
            if kept:
                kept.put(trajectory, examples)
        source = trajectory.source
        gathered.runs[source] = gathered.runs.get(source, 0) + 1
        licences = gathered.licences.setdefault(source, [])
        licence = str((trajectory.model_extra or {}).get("licence", "unknown"))
        if licence not in licences:
            licences.append(licence)
        if examples is not None:
            gathered.parts.setdefault(source, []).append(examples)
        yield gathered
