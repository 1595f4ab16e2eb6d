"""Where the note goes that stands for messages that left the prompt."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from agentcompress.values import Note, Place, Role

from .digest import digests
from .history import History
from .rendering import Renderer


def notes_on(
    history: History,
    folded: frozenset[str],
    pinned: Collection[int],
    *,
    start: int,
    room: int,
    renderer: Renderer,
    text_cost: Callable[[str], int],
) -> Mapping[str, tuple[Note, ...]]:
    """One note for each run of folded messages, placed so that every provider accepts the order of roles.

    At the head of the tool result that comes next; before a user turn, in or as the
    assistant turn that the run had there; in a message of its own in the user's role
    only where two assistant turns, or nothing at all, would be left otherwise. It says
    how much is gone and, outside the user's role, what was done there.

    Args:
        history: The originals.
        folded: Fingerprints of the messages that left.
        pinned: Indices of the messages that no line may be written into.
        start: Index of the first message that may have left or carry a note; the one before it stays.
        room: Tokens that lines on what was done may take altogether.
        renderer: How messages are shown.
        text_cost: Tokens of a text.
    """
    runs = list(_runs(history, folded, pinned, start))
    acted = [[] if place == "user" else [history.messages[i] for i in run] for place, _, run in runs]
    notes: defaultdict[str, tuple[Note, ...]] = defaultdict(tuple)
    for (place, at, run), lines in zip(runs, digests(acted, room, renderer, text_cost), strict=True):
        text = _text(len(run), sum(history.tokens[i] for i in run), lines)
        notes[history.names[at]] += (Note(place=place, text=text),)
    return dict(notes)


def torn(history: History, folded: frozenset[str], pinned: Collection[int]) -> frozenset[int]:
    """Indices of the messages before which no edit may begin, as a run of folded ones would lose its note.

    Args:
        history: The originals.
        folded: Fingerprints of the messages that left.
        pinned: Indices of the messages that no line may be written into.
    """
    runs = _runs(history, folded, pinned, 0)
    spans = (range(min(at + 1, run[0]), max(at, run[-1] + 1) + 1) for _, at, run in runs)
    return frozenset(index for span in spans for index in span)


def _runs(
    history: History, folded: frozenset[str], pinned: Collection[int], start: int
) -> Iterator[tuple[Place, int, list[int]]]:
    """For each run its note's place, the message that carries it, and the run's messages."""
    messages, names = history.messages, history.names
    run: list[int] = []
    before = start - 1 if start else None
    for index in (*range(start, len(messages)), None):
        if index is not None and names[index] in folded:
            run.append(index)
            continue
        role = None if index is None else messages[index].role
        if role == "system":
            continue
        place = _place(role, None if before is None else messages[before].role, index in pinned)
        if place == "tail" and (before in pinned or before == start - 1):
            place = "user"
        if run and place is not None:
            at = {"head": index, "tail": before}.get(place)
            yield place, run[-1] if at is None else at, run
            run = []
        before = index


def _place(role: Role | None, before: Role | None, pinned: bool) -> Place | None:
    """Where the line goes when a message of this role comes next; None: wait for the one behind it."""
    if role == "tool":
        return None if pinned else "head"
    if role == "user":
        return "tail" if before == "assistant" else "assistant"
    if role == "assistant":
        return "user" if before == "assistant" else None
    return "user" if before in (None, "user") else "tail"


def _text(count: int, tokens: int, lines: Sequence[str]) -> str:
    plural = "s" if count > 1 else ""
    gone = f"{count} earlier message{plural} removed, {tokens} tokens"
    return "\n".join([f"[{gone}; done there:", *lines]) + "]" if lines else f"[{gone}]"
