"""Runs → what each source teaches, whoever looks at them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from agentcompress.criteria import default_criterion
from agentcompress.encoders import EncoderSetting, encoder_for
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.reading import Trajectory
from agentcompress.tokens import default_counter

from .examples import Examples, examples_of
from .kept import KeptExamples, Lesson

Looking = Callable[[Iterable[Trajectory]], Iterable[Lesson]]
"""What runs teach, one lesson a run, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookSettings:
    """What a lesson depends on beside its run, so that any process can look at one."""

    encoder: EncoderSetting
    """Gives the vectors that relevance is judged by."""
    max_steps: int = 6
    """Contexts of a run that are looked at."""
    seed: int = 0
    """Draws the atoms that stand for those that nothing used."""

    def look(self, run: Trajectory) -> Iterator[Lesson]:
        """The lesson of one run."""
        criterion = default_criterion(encoder_for(self.encoder))
        measure = Measure(counter=default_counter())
        yield Lesson(examples_of(run, criterion, measure, max_steps=self.max_steps, seed=self.seed))


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

    def add(self, run: Trajectory, lesson: Lesson) -> None:
        """Takes a run and what it teaches."""
        self.runs[run.source] = self.runs.get(run.source, 0) + 1
        licences = self.licences.setdefault(run.source, [])
        licence = str((run.model_extra or {}).get("licence", "unknown"))
        if licence not in licences:
            licences.append(licence)
        if lesson.examples is not None:
            self.parts.setdefault(run.source, []).append(lesson.examples)


def gather(runs: Iterable[Trajectory], look: Looking, kept: KeptExamples | None) -> Iterator[Gathered]:
    """What is known after each run.

    Args:
        runs: The runs.
        look: What those of them teach that were not looked at before.
        kept: Those that were.
    """
    gathered = Gathered()
    found: Iterator[tuple[Trajectory, Lesson | None]]
    found = ((run, kept.get(run) if kept else None) for run in runs)
    read: deque[tuple[Trajectory, Lesson | None]] = deque()

    def unknown() -> Iterator[Trajectory]:
        for run, lesson in found:
            read.append((run, lesson))
            if lesson is None:
                yield run

    def known() -> Iterator[Gathered]:
        while read and (lesson := read[0][1]):
            gathered.add(read.popleft()[0], lesson)
            yield gathered

    # What is known in front is not held back until something unknown comes.
    for run, lesson in found:
        if lesson is None:
            found = chain([(run, lesson)], found)
            break
        gathered.add(run, lesson)
        yield gathered
    for learned in look(unknown()):
        yield from known()
        run, _ = read.popleft()
        if kept:
            kept.put(run, learned)
        gathered.add(run, learned)
        yield gathered
    yield from known()
