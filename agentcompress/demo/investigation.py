"""Decides what to do next from the visible messages alone."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from .facts import LOOKUPS
from .sight import Sight
from .stages import SECOND_LOOKS, STAGES, Facts, Stage
from .task import Subject

_STEP = r"^Step (\d+): "
_AGAIN = r"^Before step (\d+), for (\w+) of (\w+): "


def next_message(messages: Sequence[BaseMessage]) -> AIMessage:
    """The next call, or the answer where all is done: a pure function of the messages."""
    return Investigation(Sight(messages)).next_message()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of the investigation."""

    stage: Stage
    """What it asks."""
    subjects: Sequence[Subject]
    """The classes it serves."""

    def arguments(self, known: Facts) -> dict[str, Any]:
        """What its tool is called with."""
        return self.stage.arguments(self.subjects[0], known)


class Investigation:
    """What is known, what is next, and what has gone out of sight.

    Args:
        sight: What the model can see.
    """

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._steps = [
            Step(stage=stage, subjects=served)
            for stage in STAGES
            for served in ([sight.subjects] if stage.once else [[subject] for subject in sight.subjects])
        ]

    def next_message(self) -> AIMessage:
        """The next call; a second look where a needed fact is out of sight; else the answer."""
        if self._here <= len(self._steps):
            step = self._steps[self._here - 1]
            missing = self._missing(step.subjects, step.stage.needs)
            if not missing:
                return self._call(step, f"{self._note()}Step {self._here}: ", f"step_{self._here}")
        else:
            missing = self._missing(self._sight.subjects, tuple(LOOKUPS))
        looked = {(match[2], match[3]) for match in self._sight.find_all_said(_AGAIN)}
        for subject, key in missing:
            if (key, subject.name) not in looked:
                return self._second_look(subject, key)
        return self._answer(missing)

    @cached_property
    def _here(self) -> int:
        """The number of the step that is next, by the words and calls in sight."""
        done = [int(match[1]) for match in self._sight.find_all_said(_STEP)]
        done += [int(match[1]) - 1 for match in self._sight.find_all_said(_AGAIN)]
        done += [number for number, step in enumerate(self._steps, start=1) if self._made(step)]
        return max(done, default=0) + 1

    def _made(self, step: Step) -> bool:
        if self._missing(step.subjects, step.stage.needs):
            return False
        return self._sight.called(step.stage.tool, step.arguments(self._known(step, step.stage.needs)))

    def _fact(self, subject: Subject, key: str) -> str | None:
        return LOOKUPS[key](self._sight, subject)

    def _missing(self, subjects: Sequence[Subject], keys: Sequence[str]) -> list[tuple[Subject, str]]:
        return [(subject, key) for subject in subjects for key in keys if self._fact(subject, key) is None]

    def _known(self, step: Step, keys: Sequence[str]) -> Facts:
        return {key: self._fact(step.subjects[0], key) or "" for key in keys}

    def _second_look(self, subject: Subject, key: str) -> AIMessage:
        stage = next(stage for stage in SECOND_LOOKS if key in stage.brings)
        for need in stage.needs:
            if self._fact(subject, need) is None:
                return self._second_look(subject, need)
        opening = f"Before step {self._here}, for {key} of {subject.name}: "
        return self._call(Step(stage=stage, subjects=[subject]), opening, f"again_{key}_{subject.name}")

    def _note(self) -> str:
        """What the step before has brought, written down."""
        if self._here == 1:
            return ""
        step = self._steps[self._here - 2]
        known = self._known(step, step.stage.brings)
        noted = step.stage.note.format(name=step.subjects[0].name, **known)
        return f"{noted}\n" if noted and all(known.values()) else ""

    def _call(self, step: Step, opening: str, call_id: str) -> AIMessage:
        known = self._known(step, step.stage.needs)
        words = step.stage.words.format(**asdict(step.subjects[0]), **known)
        call = {"name": step.stage.tool, "args": step.arguments(known), "id": call_id, "type": "tool_call"}
        return AIMessage(f"{opening}{words}.", tool_calls=[call])

    def _answer(self, missing: Sequence[tuple[Subject, str]]) -> AIMessage:
        told = {s.name: {key: self._fact(s, key) for key in LOOKUPS} for s in self._sight.subjects}
        gone = ", ".join(f"{key} of {subject.name}" for subject, key in missing)
        words = f"I can no longer see: {gone}." if gone else "All facts of the audit note are in sight."
        return AIMessage(f"{words}\n\n```json\n{json.dumps(told, indent=1)}\n```")
