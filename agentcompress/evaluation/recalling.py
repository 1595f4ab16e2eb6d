"""What one recall question brings back of what a prompt has dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from agentcompress.archive import ANSWER_TOKENS, Recaller, archived
from agentcompress.encoders import EncoderSetting
from agentcompress.tokens import RequestCounter

from .measure import Measure
from .metrics import tool_only_atoms
from .recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallFigures:
    """The tool-only atoms that a prompt lacks, and the answer to one question."""

    dropped: int = 0
    """Tool-only atoms of the next call that the prompt does not show; where there are none, nobody asks."""
    back: int = 0
    """Those of them that the answer shows."""
    tokens: int = 0
    """Tokens of the answer."""
    ms: float = 0.0
    """How long the answer took."""


class Recalling:
    """Asks at a step what the agent would ask, with the `recall` tool's settings.

    The question is what the agent said when it acted; where it said nothing, the name of what
    it called and the newest user turn. What it called it with is never in it.

    Args:
        measure: Counts tokens.
        encoder: Gives vectors, as for `Compressor`.
    """

    def __init__(self, measure: Measure, encoder: EncoderSetting = "auto") -> None:
        self._measure = measure
        self._recaller = Recaller(RequestCounter(counter=measure.counter, images=measure.images), encoder)

    def ask(self, recording: Recording, step: int, shown: Sequence[dict[str, Any]]) -> RecallFigures:
        """One question at one step.

        Args:
            recording: The trajectory.
            step: Index of the assistant message that acts next.
            shown: What the model would see; what did not change are the recording's own objects.
        """
        seen = "\n".join(recording.look(message)[0].said for message in shown)
        dropped = [atom for atom in tool_only_atoms(recording, step) if not atom.shown_in(seen)]
        if not dropped:
            return RecallFigures()
        whole = set(map(id, shown))
        before = recording.trajectory.messages[:step]
        gone = (index for index, message in enumerate(before) if id(message) not in whole)
        left = archived(recording.views[:step], gone)
        start = perf_counter()
        answer = self._recaller.by_question(left, question(recording, step), seen=seen, budget=ANSWER_TOKENS)
        return RecallFigures(
            dropped=len(dropped),
            back=sum(atom.shown_in(answer) for atom in dropped),
            tokens=self._measure.text(answer),
            ms=(perf_counter() - start) * 1_000,
        )


def question(recording: Recording, step: int) -> str:
    """What the agent would ask at a step."""
    acting = recording.views[step]
    if acting.text.strip():
        return acting.text
    turns = [view.text for view in recording.views[:step] if view.role == "user"]
    return "\n".join([*(call.name for call in acting.calls), *turns[-1:]])
