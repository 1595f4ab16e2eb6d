"""What of the agent's real next call is still visible in a compressed context."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentcompress.values import Message

from .atoms import Atom, called_atoms
from .pairs import broken_pairs
from .recording import Recording

_RECENT_OUTPUTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """Atoms of one step's call, counted; `*_kept` are those that the compressed context shows.

    An atom is at risk if the full context shows it and the base does not; tool-only if
    no assistant or user message shows it; far if none of the last three tool outputs
    does. It is in place if it stands with its whole source line, or 80 characters of it.
    """

    at_risk: int = 0
    at_risk_kept: int = 0
    tool_only: int = 0
    tool_only_kept: int = 0
    far: int = 0
    far_kept: int = 0
    in_place: int = 0
    broken_pairs: int = 0
    """Calls without exactly their results, results without a call."""
    base_lost: bool = False
    """Whether the text of a base message is not whole."""


def visibility(recording: Recording, step: int, shown: Sequence[Message]) -> Visibility:
    """Scores one compressed context.

    Args:
        recording: The trajectory.
        step: Index of the assistant message that acts next.
        shown: What the model would see.
    """
    seen = "\n".join(message.said for message in shown)
    outputs = [index for index in recording.rest(step) if recording.views[index].role == "tool"]
    risk = [atom for atom in called_atoms(recording.views[step]) if _at_risk(recording, atom, step)]
    kept = {atom for atom in risk if atom.shown_in(seen)}
    tool_only = tool_only_atoms(recording, step)
    recent = set(outputs[-_RECENT_OUTPUTS:])
    far = [atom for atom in tool_only if recent.isdisjoint(recording.mentions(atom, step))]
    return Visibility(
        at_risk=len(risk),
        at_risk_kept=len(kept),
        tool_only=len(tool_only),
        tool_only_kept=sum(atom in kept for atom in tool_only),
        far=len(far),
        far_kept=sum(atom in kept for atom in far),
        in_place=sum(atom in kept and _in_place(recording, atom, outputs, seen) for atom in tool_only),
        broken_pairs=broken_pairs(shown),
        base_lost=not all(recording.said[index].strip() in seen for index in recording.base),
    )


def tool_only_atoms(recording: Recording, step: int) -> list[Atom]:
    """The atoms of a step's call that tool outputs before it show, and no other message."""
    return [
        atom
        for atom in called_atoms(recording.views[step])
        if (found := recording.mentions(atom, step))
        and all(recording.views[index].role == "tool" for index in found)
    ]


def _at_risk(recording: Recording, atom: Atom, step: int) -> bool:
    found = recording.mentions(atom, step)
    return bool(found) and not any(index in recording.base for index in found)


def _in_place(recording: Recording, atom: Atom, outputs: Sequence[int], seen: str) -> bool:
    return any(place in seen for index in outputs for place in recording.places(atom, index))
