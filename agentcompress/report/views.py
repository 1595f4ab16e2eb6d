"""Originals, a plan and what was sent by it → what became of each message."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from agentcompress.pipeline.fingerprint import fingerprints
from agentcompress.values import Choice, Image, Message, Plan, ToolCall

from .frames import FrameViews
from .run import MessageView, Span, SpanKind, State

_MARK = re.compile(r"(^…\n|^\[[^\n]*\btokens\b[^\n]*\](?:\n|\Z)|…)", re.MULTILINE)
_JOINT = re.compile(r"(?<=[,{\[])|(?=[}\]])")
_LABEL_CHARACTERS = 200


def message_views(
    originals: Sequence[Message],
    sent: Sequence[Message],
    plan: Plan,
    *,
    cost: Callable[[Message], int],
    frames: FrameViews,
) -> tuple[MessageView, ...]:
    """Every message of a request in order: kept, shortened, folded away or added.

    Args:
        originals: The messages without compression.
        sent: The messages as the model saw them.
        plan: What made these of those.
        cost: Tokens of a message.
        frames: Says what became of images.

    Raises:
        ValueError: The plan makes another number of messages of the originals.
    """
    calls = {call.id: call for message in originals for call in message.calls}
    return tuple(
        MessageView(
            role=message.role,
            label=_label(message, calls),
            state=_state(original, shown),
            tokens_before=cost(original) if original else 0,
            tokens_after=cost(shown) if shown else 0,
            spans=tuple(spans(original.text if original else "", shown.text if shown else "")),
            frames=frames.of(message, _choices(original, shown, plan.shown.get(name))),
        )
        for name, message, original, shown in _pairs(originals, sent, plan)
    )


def spans(original: str, shown: str) -> Iterator[Span]:
    """A text as it was and as it was shown, as stretches kept, elided and added.

    Joining the kept and elided ones gives the original, the kept and added ones what was shown.
    """
    if original == shown:
        yield from _span("kept", shown)
        return
    at = 0
    for piece in _pieces(original, shown):
        # The line that ends a shortened message is preceded by a newline that may be new as well.
        for kept in dict.fromkeys((piece, piece.removesuffix("\n"))):
            found = original.find(kept, at)
            if kept and found >= 0 and (found == at or not _MARK.fullmatch(piece)):
                yield from _span("elided", original[at:found])
                yield from _span("kept", kept)
                yield from _span("added", piece[len(kept) :])
                at = found + len(kept)
                break
        else:
            yield from _span("added", piece)
    yield from _span("elided", original[at:])


def _pieces(original: str, shown: str) -> Iterator[str]:
    """What was shown, cut where something of the original may be missing."""
    # JSON of which members were left out has no mark at each gap.
    is_json = shown.lstrip().startswith(("{", "["))
    for piece in filter(None, _MARK.split(shown)):
        yield from filter(None, _JOINT.split(piece)) if is_json and piece not in original else [piece]


def _span(kind: SpanKind, text: str) -> Iterator[Span]:
    if text:
        yield Span(kind=kind, text=text)


def _pairs(
    originals: Sequence[Message], sent: Sequence[Message], plan: Plan
) -> Iterator[tuple[str, Message, Message | None, Message | None]]:
    """Each message with its name, its original and what was sent of it; None where there is none."""
    names = fingerprints(originals)
    made = sum(len(plan.notes.get(name, ())) if name in plan.folded else 1 for name in names)
    if made != len(sent):
        raise ValueError(f"the plan makes {made} of these {len(names)} messages, and {len(sent)} were sent")
    rest = iter(sent)
    for name, original in zip(names, originals, strict=True):
        if name in plan.folded:
            yield from ((name, note, None, note) for note in islice(rest, len(plan.notes.get(name, ()))))
            yield name, original, original, None
        else:
            yield name, original, original, next(rest)


def _choices(
    original: Message | None, shown: Message | None, chosen: Sequence[Choice] | None
) -> Sequence[Choice] | None:
    """What of the images of a message is shown; None for all of them as they are."""
    if original is None or shown is None:
        return ()
    # A view that would cost as much as the message itself is not sent.
    return None if _images(original) == _images(shown) else chosen


def _images(message: Message) -> list[Image]:
    return [part.image for part in message.parts if part.image]


def _state(original: Message | None, shown: Message | None) -> State:
    if original is None:
        return "added"
    if shown is None:
        return "folded"
    return "kept" if original.parts == shown.parts else "shortened"


def _label(message: Message, calls: dict[str, ToolCall]) -> str:
    if message.call_id is not None:
        answered = calls.get(message.call_id)
        return _short([answered] if answered else [])
    return _short(message.calls)


def _short(calls: Sequence[ToolCall]) -> str:
    text = ", ".join(f"{call.name}({call.arguments})" for call in calls)
    return text if len(text) <= _LABEL_CHARACTERS else text[: _LABEL_CHARACTERS - 1] + "…"
