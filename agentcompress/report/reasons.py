"""Stretches and images, and why each segment is shown or not → the same with their reasons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from agentcompress.values import Message, Reason

from .run import FrameView, Span, SpanKind

_Stretch = tuple[int, int, Reason]


def explained(message: Message, spans: Iterable[Span], reasons: Sequence[Reason]) -> Iterator[Span]:
    """The stretches of a text, cut where the reason changes.

    Args:
        message: The original.
        spans: Its stretches in order; all but the added ones join to its text.
        reasons: Of its segments, in order.
    """
    stretches = list(_placed(message, reasons))
    at = number = 0
    for span in spans:
        if span.kind == "added":
            yield span
            continue
        end = at + len(span.text)
        start = at
        while at < end:
            while number < len(stretches) and stretches[number][1] <= at:
                number += 1
            first, last, reason = stretches[number] if number < len(stretches) else (end, end, None)
            inside = reason is not None and first <= at
            until = min(end, last if inside else max(first, at + 1))
            text = span.text[at - start : until - start]
            found = reason if inside else None
            yield replace(span, kind=_kind(span.kind, found), text=text, reason=found)
            at = until


def with_reasons(
    message: Message, frames: Sequence[FrameView], reasons: Sequence[Reason]
) -> tuple[FrameView, ...]:
    """What became of the images of a message, and why.

    Args:
        message: The original.
        frames: One an image, in order.
        reasons: Of its segments.
    """
    why = {reason.part: reason for reason in reasons}
    places = (place for place, part in enumerate(message.parts) if part.image)
    return tuple(replace(frame, reason=why.get(place)) for place, frame in zip(places, frames, strict=True))


def _placed(message: Message, reasons: Sequence[Reason]) -> Iterator[_Stretch]:
    """Where each segment stands in the text of the message."""
    offsets: dict[int, int] = {}
    length = 0
    for index, part in enumerate(message.parts):
        if part.kind == "text":
            offsets[index] = length
            length += len(part.text) + 1
    for reason in reasons:
        if reason.part in offsets and reason.end > reason.start:
            offset = offsets[reason.part]
            yield offset + reason.start, offset + reason.end, reason


def _kind(kind: SpanKind, reason: Reason | None) -> SpanKind:
    """What became of a stretch that does not stand there as it was."""
    if kind == "kept" or reason is None:
        return kind
    if reason.shown in ("merged", "folded") or reason.why in ("repeated below", "summed up"):
        return "merged"
    return "condensed" if reason.shown in ("condensed", "stub") else "dropped"
