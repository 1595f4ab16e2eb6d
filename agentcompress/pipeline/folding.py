"""Where the note goes that stands for messages that left the prompt."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from agentcompress.values import Message, Note, Place, Role

from .digest import digests
from .history import History
from .rendering import Renderer


def notes_on(
    history: History,
    there: Iterable[int],
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
        there: Indices of the messages that have not left, in order.
        pinned: Indices of the messages that no line may be written into.
        start: Index of the first message that may have left or carry a note; the one before it stays.
        room: Tokens that lines on what was done may take altogether.
        renderer: How messages are shown.
        text_cost: Tokens of a text.
    """
    runs = list(_runs(history, there, pinned, start))
    acted = [() if place == "user" else _newest_first(history, run) for place, _, run in runs]
    notes: defaultdict[str, tuple[Note, ...]] = defaultdict(tuple)
    for (place, at, run), lines in zip(runs, digests(acted, room, renderer, text_cost), strict=True):
        tokens = sum(map(history.tokens, run))
        text = _text(sum(map(len, run)), tokens, lines)
        notes[history.names[at]] += (Note(place=place, text=text),)
    return dict(notes)


def torn(history: History, there: Iterable[int], pinned: Collection[int]) -> list[range]:
    """Indices of the messages before which no edit may begin, as a run of folded ones would lose its note.

    Args:
        history: The originals.
        there: Indices of the messages that have not left, in order.
        pinned: Indices of the messages that no line may be written into.
    """
    runs = _runs(history, there, pinned, 0)
    return [range(min(at + 1, run[0].start), max(at, run[-1].stop) + 1) for _, at, run in runs]


def _runs(
    history: History, there: Iterable[int], pinned: Collection[int], start: int
) -> Iterator[tuple[Place, int, list[range]]]:
    """For each run its note's place, the message that carries it, and the run's messages."""
    messages = history.messages
    run: list[range] = []
    before = start - 1 if start else None
    behind = start
    for index in (*(index for index in there if index >= start), None):
        gone = range(behind, len(messages) if index is None else index)
        run += [gone] if gone else []
        behind = gone.stop + 1
        role = None if index is None else messages[index].role
        if role == "system":
            continue
        place = _place(role, None if before is None else messages[before].role, index in pinned)
        if place == "tail" and (before in pinned or before == start - 1):
            # Between an assistant turn that takes no line and a user turn any message doubles a role.
            place = "user" if index is None else None
        if run and place is not None:
            # A message of its own stands where the run was, or before what came behind it meanwhile.
            own = run[-1][-1] if gone or index is None else index
            at = {"head": index, "tail": before}.get(place)
            yield place, own if at is None else at, run
            run = []
        before = index


def _newest_first(history: History, run: Sequence[range]) -> Iterator[Message]:
    """The messages of a run."""
    return (history.messages[index] for index in chain.from_iterable(map(reversed, reversed(run))))


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
