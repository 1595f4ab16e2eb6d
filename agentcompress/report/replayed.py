"""Replayed runs → a page that shows what became of each of their messages."""

from pathlib import Path

from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policy import Shown
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.replay import Step
from agentcompress.tokens import RequestCounter
from agentcompress.values import Message

from .growing import GrowingReport
from .page import RunPage
from .views import short


class ReplayReport:
    """The report of a replay while it goes on: a run a trajectory.

    Args:
        measure: Counts tokens, as the replay does.
        stateful: Whether decisions carry over from step to step.
    """

    def __init__(self, measure: Measure, *, stateful: bool) -> None:
        self._counter = RequestCounter(counter=measure.counter, images=measure.images)
        self._page = RunPage("A replay, step by step" if stateful else "Snapshots of recorded runs")
        self._stateful = stateful
        self._recording: Recording | None = None
        self._growing = GrowingReport(self._counter)

    def add(self, recording: Recording, step: Step, shown: Shown) -> None:
        """Adds a step; one whose hard pins did not fit has nothing to show.

        Args:
            recording: The trajectory.
            step: What was measured.
            shown: What the policy decided.
        """
        if recording is not self._recording:
            self._finish()
            self._recording, self._growing = recording, GrowingReport(self._counter)
        if shown.plan is None:
            return
        self._growing.add(
            recording.views[: step.index],
            [recording.look(message)[0] for message in shown.messages],
            shown.plan,
            action=_action(recording.views[step.index]),
            ceiling=step.ceiling,
            milliseconds=step.ms,
            evicted=step.evicted,
            reasons=shown.explain() if shown.explain else (),
        )

    def write(self, path: Path) -> None:
        """Writes the page.

        Args:
            path: The HTML file; overwritten.
        """
        self._finish()
        self._page.write(path)

    def _finish(self) -> None:
        if self._recording is None:
            return
        run = self._recording.trajectory
        notes = [("source", run.source)]
        if not self._stateful:
            notes.append(("snapshots", "each step was compressed afresh, so no cache carries over"))
        report = self._growing.report(run.id, notes)
        if report.steps:
            self._page.add(report)


def _action(acting: Message) -> str:
    """What the agent did next, on one line."""
    said = acting.text.strip().splitlines()
    return said[0] if said else short(acting.calls)
