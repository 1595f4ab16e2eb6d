"""Decides what to do next from the visible messages alone."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from agentcompress.values import RECALL

from .facts import LOOKUPS, fact, noted
from .sight import Sight
from .stages import SECOND_LOOKS, STAGES, Facts, Stage, recall_of_note
from .task import Subject

_STEP = r"^Step (\d+): "
_ID = re.compile(r"call_(\d+)_at_(\d+)_(\d+)")
"""Which call of the run it is, how many steps are done after it, and which look since: `_LOOKS` stand for
each fact of the last of them, and what the next one needs comes behind."""
_LOOKS = 5
"""Looks for one fact of the newest step, with those for what it needs: then it stays untold."""
_AGAIN = r"^Before step (\d+), for (the note on )?(\w+) of (\w+): "


def next_message(
    messages: Sequence[BaseMessage], looks: Sequence[Stage] = SECOND_LOOKS, *, reports: bool = False
) -> AIMessage:
    """The next call, or the answer where all is done: a pure function of the messages.

    Args:
        messages: What the model is shown.
        looks: What can be asked for a fact that is out of sight; without any it stays so.
        reports: Whether facts are told as they are found; else all at the end.
    """
    return Investigation(Sight(messages), looks, reports=reports).next_message()


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
        looks: What can be asked for a fact that is out of sight.
        reports: Whether facts are told as they are found.
    """

    def __init__(self, sight: Sight, looks: Sequence[Stage], *, reports: bool) -> None:
        self._sight = sight
        self._looks = looks
        self._reports = reports
        self._steps = [
            Step(stage=stage, subjects=served)
            for stage in STAGES
            for served in ([sight.subjects] if stage.once else [[subject] for subject in sight.subjects])
        ]

    def next_message(self) -> AIMessage:
        """The next call; a second look where a needed fact is out of sight; else the answer."""
        if self._reports and (look := self._look_for_untold()):
            return look
        for number, step in enumerate(self._steps[self._here - 1 :], start=self._here):
            missing = self._missing(step.subjects, step.stage.needs)
            if not missing:
                return self._call(step, f"Step {number}: ", done=number)
            if look := self._look_again(missing, number):
                return look
        if self._reports:
            return AIMessage("\n".join([*self._notes(), "That is all."]))
        missing = self._missing(self._sight.subjects, tuple(LOOKUPS))
        return self._look_again(missing, len(self._steps) + 1) or self._answer(missing)

    @cached_property
    def _here(self) -> int:
        """The number of the step that is next, by the ids of the calls in sight."""
        return 1 + max((int(match[2]) for match in self._ids), default=0)

    @cached_property
    def _ids(self) -> list[re.Match[str]]:
        return list(filter(None, map(_ID.fullmatch, self._sight.call_ids)))

    @property
    def _looks_done(self) -> int:
        """How often it was looked again since the newest step."""
        return int(self._ids[-1][3]) if self._ids else 0

    @cached_property
    def _looked(self) -> set[tuple[str, ...]]:
        """Step, whether for the note, fact and class of each second look, by the words in sight."""
        return {match.groups(default="") for match in self._sight.find_all_said(_AGAIN)}

    def _fact(self, subject: Subject, key: str) -> str | None:
        return fact(self._sight, subject, key)

    def _missing(self, subjects: Sequence[Subject], keys: Sequence[str]) -> list[tuple[Subject, str]]:
        return [(subject, key) for subject in subjects for key in keys if self._fact(subject, key) is None]

    def _known(self, step: Step, keys: Sequence[str]) -> Facts:
        return {key: self._fact(step.subjects[0], key) or "" for key in keys}

    def _look_again(self, missing: Sequence[tuple[Subject, str]], number: int) -> AIMessage | None:
        """A look at the first of these facts that one may bring."""
        looked = max(self._looks_done, _LOOKS * len(self._brought())) + 1
        looks = (
            self._second_look(subject, key, number, looked=looked) for subject, key in missing if self._looks
        )
        return next(filter(None, looks), None)

    def _second_look(self, subject: Subject, key: str, number: int, *, looked: int) -> AIMessage | None:
        """A look at a fact or at what it needs first; none where that was in vain before the same step."""
        stage = self._look_for(key)
        for need in stage.needs:
            if self._fact(subject, need) is None:
                return self._second_look(subject, need, number, looked=looked)
        note = ""
        if (str(number), note, key, subject.name) in self._looked and stage.tool == RECALL:
            stage, note = recall_of_note(key), "the note on "
        if (str(number), note, key, subject.name) in self._looked:
            return None
        opening = f"Before step {number}, for {note}{key} of {subject.name}: "
        return self._call(Step(stage=stage, subjects=[subject]), opening, done=number - 1, looked=looked)

    def _look_for(self, key: str) -> Stage:
        return next(stage for stage in self._looks if key in stage.brings)

    def _brought(self) -> list[tuple[Subject, str]]:
        """The facts that are told after the newest step."""
        if self._here == 1:
            return []
        step = self._steps[self._here - 2]
        keys = step.stage.brings if step.stage.told is None else step.stage.told
        return [(subject, key) for subject in step.subjects for key in keys]

    def _look_for_untold(self) -> AIMessage | None:
        """A look at what the newest step was to bring and is not in sight."""
        for place, (subject, key) in enumerate(self._brought()):
            looked = max(self._looks_done, _LOOKS * place) + 1
            if self._looks and looked <= _LOOKS * (place + 1) and self._fact(subject, key) is None:
                look = self._second_look(subject, key, self._here, looked=looked)
                if look:
                    return look
        return None

    def _notes(self) -> list[str]:
        """What the newest call and step have brought, written down."""
        newest = [step for step in [self._newest()] if step and (self._reports or step.stage.noted)]
        facts = [(one, key) for step in newest for one in step.subjects for key in step.stage.brings]
        if self._reports:
            facts = list(dict.fromkeys((*self._brought(), *facts)))
        known = ((subject, key, self._fact(subject, key)) for subject, key in facts)
        return [noted(subject, key, value) for subject, key, value in known if value]

    def _newest(self) -> Step | None:
        """The newest call, by the words that went with it."""
        said = self._sight.last_said
        if found := re.search(_STEP, said, re.MULTILINE):
            return self._steps[int(found[1]) - 1]
        if found := re.search(_AGAIN, said, re.MULTILINE):
            about = next(subject for subject in self._sight.subjects if subject.name == found[4])
            return Step(stage=self._look_for(found[3]), subjects=[about])
        return None

    def _call(self, step: Step, opening: str, *, done: int, looked: int = 0) -> AIMessage:
        number = 1 + max((int(match[1]) for match in self._ids), default=0)
        known = self._known(step, step.stage.needs)
        words = step.stage.words.format(**asdict(step.subjects[0]), **known)
        call = {
            "name": step.stage.tool,
            "args": step.arguments(known),
            "id": f"call_{number}_at_{done}_{looked}",
        }
        return AIMessage("\n".join([f"{opening}{words}.", *self._notes()]), tool_calls=[call])

    def _answer(self, missing: Sequence[tuple[Subject, str]]) -> AIMessage:
        told = {s.name: {key: self._fact(s, key) for key in LOOKUPS} for s in self._sight.subjects}
        gone = ", ".join(f"{key} of {subject.name}" for subject, key in missing)
        words = f"I can no longer see: {gone}." if gone else "All facts of the audit note are in sight."
        return AIMessage(f"{words}\n\n```json\n{json.dumps(told, indent=1)}\n```")
