"""Replayed runs → reports that say what became of each of their messages."""

from collections.abc import Iterator
from dataclasses import dataclass

from agentcompress.evaluation.playing import ReplaySettings
from agentcompress.evaluation.policy import Shown
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.replay import Step
from agentcompress.tokens import RequestCounter
from agentcompress.values import Message

from .growing import GrowingReport
from .run import RunReport
from .views import short


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedReplay:
    """A replay that reports, told by its settings, so that any process can play a part of it."""

    settings: ReplaySettings
    """What is replayed."""

    def play(self, trajectory: Trajectory) -> Iterator[Step | RunReport]:
        """Every step of one trajectory, in order, then its report, if there is something to show.

        An interrupt comes behind the report of the steps before it.
        """
        replay = self.settings.replay()
        counter = RequestCounter(counter=replay.measure.counter, images=replay.measure.images)
        growing = GrowingReport(counter)

        def watch(recording: Recording, step: Step, shown: Shown) -> None:
            if shown.plan is None:  # Its hard pins did not fit.
                return
            growing.add(
                recording.views[: step.index],
                [recording.look(message)[0] for message in shown.messages],
                shown.plan,
                action=_action(recording.views[step.index]),
                ceiling=step.ceiling,
                milliseconds=step.ms,
                evicted=step.evicted,
                reasons=shown.explain() if shown.explain else (),
            )

        interrupt = None
        try:
            yield from replay.play([trajectory], watch)
        except KeyboardInterrupt as raised:
            interrupt = raised
        notes = [("source", trajectory.source)]
        if not replay.stateful:
            notes.append(("snapshots", "each step was compressed afresh, so no cache carries over"))
        report = growing.report(trajectory.id, notes)
        if report.steps:
            yield report
        if interrupt:
            raise interrupt


def _action(acting: Message) -> str:
    """What the agent did next, on one line."""
    said = acting.text.strip().splitlines()
    return said[0] if said else short(acting.calls)
