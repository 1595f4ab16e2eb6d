"""Where the line goes that stands for messages that left the prompt."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from agentcompress.values import Message, Note, Place, Role


def notes_on(
    messages: Sequence[Message],
    names: Sequence[str],
    folded: frozenset[str],
    pinned: Collection[int],
    cost: Callable[[Message], int],
) -> Mapping[str, tuple[Note, ...]]:
    """One line for each run of folded messages, placed so that every provider accepts the order of roles.

    At the head of the tool result that comes next; before a user turn, in or as the
    assistant turn that the run had there; in a message of its own in the user's role
    only where two assistant turns, or nothing at all, would be left otherwise. The
    line never quotes what it stands for: tool output must not gain another's voice.

    Args:
        messages: The originals.
        names: Their fingerprints, shape (messages,).
        folded: Fingerprints of the messages that left.
        pinned: Indices of the messages that no line may be written into.
        cost: Tokens of a message.
    """
    notes: defaultdict[str, tuple[Note, ...]] = defaultdict(tuple)
    run: list[int] = []
    before: int | None = None
    for index in (*range(len(messages)), None):
        if index is not None and names[index] in folded:
            run.append(index)
            continue
        role = None if index is None else messages[index].role
        if role == "system":
            continue
        place = _place(role, None if before is None else messages[before].role, index in pinned)
        if place == "tail" and before in pinned:
            place = "user"
        if run and place is not None:
            text = _line([messages[i] for i in run], cost)
            at = {"head": index, "tail": before}.get(place, run[-1])
            notes[names[run[-1] if at is None else at]] += (Note(place=place, text=text),)
            run = []
        before = index
    return dict(notes)


def _place(role: Role | None, before: Role | None, pinned: bool) -> Place | None:
    """Where the line goes when a message of this role comes next; None: wait for the one behind it."""
    if role == "tool":
        return "head"
    if role == "user":
        return "tail" if before == "assistant" else "assistant"
    if role == "assistant":
        return "user" if before == "assistant" or pinned else None
    return "user" if before in (None, "user") else "tail"


def _line(run: Sequence[Message], cost: Callable[[Message], int]) -> str:
    plural = "s" if len(run) > 1 else ""
    return f"[{len(run)} earlier message{plural} removed, {sum(map(cost, run))} tokens]"
