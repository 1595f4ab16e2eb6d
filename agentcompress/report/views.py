"""Originals, a plan and what was sent by it → what became of each message."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice

from agentcompress.pipeline.accounting import breakdown
from agentcompress.pipeline.fingerprint import fingerprints
from agentcompress.tokens import RequestCounter
from agentcompress.values import RECALL, Choice, Image, Message, Plan, Reason, TextReader, ToolCall

from .frames import FrameViews
from .reasons import explained, with_reasons
from .run import MessageView, Span, SpanKind, State

_MARK = re.compile(r"(^…\n|^\[[^\n]*\btokens\b[^\n]*\](?:\n|\Z)|…)", re.MULTILINE)
_JOINT = re.compile(r"(?<=[,{\[])|(?=[}\]])")
_LABEL_CHARACTERS = 200
NOTES = "notes of the compressor"
"""What stands for messages that left, by what takes tokens."""
RECALLED = "recalled"
"""Answers of the recall tool."""


class MessageViews:
    """Says what became of the messages of a run; each that stays as it was is looked at once.

    Args:
        counter: Counts messages and images.
        text_reader: The one that read the text in images.
    """

    def __init__(self, counter: RequestCounter, text_reader: TextReader | None = None) -> None:
        self._cost = counter.message
        self._frames = FrameViews(counter, text_reader)
        self._calls: dict[str, ToolCall] = {}
        self._made: dict[tuple[str, str, bool], MessageView] = {}

    def of(
        self,
        originals: Sequence[Message],
        sent: Sequence[Message],
        plan: Plan,
        reasons: Sequence[Reason] = (),
    ) -> tuple[MessageView, ...]:
        """Every message of a request in order: kept, shortened, folded away or added.

        Args:
            originals: The messages without compression.
            sent: The messages as the model saw them.
            plan: What made these of those.
            reasons: Why, segment by segment, where that was asked.

        Raises:
            ValueError: The plan makes another number of messages of the originals.
        """
        why = {index: list(group) for index, group in groupby(reasons, lambda reason: reason.message)}
        views = []
        for index, name, original, shown in _pairs(originals, sent, plan):
            key = (name, shown.digest if shown else "", original is None)
            view = self._made.get(key)
            if view is None:
                view = self._view(original, shown, plan.shown.get(name), why.get(index, ()))
                self._made[key] = view
            views.append(view)
        return tuple(views)

    def _view(
        self,
        original: Message | None,
        shown: Message | None,
        chosen: Sequence[Choice] | None,
        reasons: Sequence[Reason],
    ) -> MessageView:
        message = original or shown or Message(role="user")
        self._calls.update((call.id, call) for call in message.calls)
        stretches = spans(original.text if original else "", shown.text if shown else "")
        return MessageView(
            role=message.role,
            label=self._label(message),
            state=_state(original, shown),
            tokens_before=self._cost(original) if original else 0,
            tokens_after=self._cost(shown) if shown else 0,
            spans=tuple(explained(original, stretches, reasons) if original else stretches),
            frames=with_reasons(
                message, self._frames.of(message, _choices(original, shown, chosen)), reasons
            ),
            held=self._taken(original, original),
            sent=self._taken(original, shown),
        )

    def _taken(self, original: Message | None, message: Message | None) -> Mapping[str, int]:
        """Tokens of a message by what takes them."""
        if message is None:
            return {}
        if original is None:
            return {NOTES: self._cost(message)}
        call = self._calls.get(message.call_id or "")
        if call and call.name == RECALL:
            return {RECALLED: self._cost(message)}
        return {name: tokens for name, tokens in breakdown([message], 0, self._cost).items() if tokens}

    def _label(self, message: Message) -> str:
        if message.call_id is not None:
            answered = self._calls.get(message.call_id)
            return short([answered] if answered else [])
        return short(message.calls)


def spans(original: str, shown: str) -> Iterator[Span]:
    """A text as it was and as it was shown, as stretches kept, dropped and added.

    Joining the kept and dropped ones gives the original, the kept and added ones what was shown.
    """
    if original == shown:
        yield from _span("kept", shown)
        return
    for kind, group in groupby(_stretches(original, shown), lambda span: span.kind):
        yield from _span(kind, "".join(span.text for span in group))


def _stretches(original: str, shown: str) -> Iterator[Span]:
    at = 0
    for piece in _pieces(original, shown):
        # The line that ends a shortened message is preceded by a newline that may be new as well.
        for kept in dict.fromkeys((piece, piece.removesuffix("\n"))):
            found = original.find(kept, at)
            if kept and found >= 0 and (found == at or not _MARK.fullmatch(piece)):
                yield from _span("dropped", original[at:found])
                yield from _span("kept", kept)
                yield from _span("added", piece[len(kept) :])
                at = found + len(kept)
                break
        else:
            yield from _span("added", piece)
    yield from _span("dropped", original[at:])


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
) -> Iterator[tuple[int, str, Message | None, Message | None]]:
    """Each message with place and name, its original and what was sent of it; None where there is none."""
    names = fingerprints(originals)
    notes = ((name in plan.folded, plan.notes.get(name, ())) for name in names)
    own = [sum(folded or note.is_message for note in those) for folded, those in notes]
    made = sum(own) + sum(name not in plan.folded for name in names)
    if made != len(sent):
        raise ValueError(f"the plan makes {made} of these {len(names)} messages, and {len(sent)} were sent")
    rest = iter(sent)
    for index, (name, original) in enumerate(zip(names, originals, strict=True)):
        yield from ((index, name, None, note) for note in islice(rest, own[index]))
        yield index, name, original, None if name in plan.folded else next(rest)


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


def short(calls: Sequence[ToolCall]) -> str:
    """Calls on one line."""
    return label(", ".join(f"{call.name}({call.arguments})" for call in calls))


def label(text: str) -> str:
    """The beginning of a text: what is beside a list has to stay small, whatever a model says."""
    return text if len(text) <= _LABEL_CHARACTERS else text[: _LABEL_CHARACTERS - 1] + "…"
