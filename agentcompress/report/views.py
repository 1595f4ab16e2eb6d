"""Originals and what was sent → what became of each message."""

import re
from collections.abc import Callable, Iterator, Sequence

from agentcompress.values import Message, ToolCall

from .run import MessageView, Span, SpanKind, State

_MARK = re.compile(r"(^…\n|^\[[^\n]*\btokens\b[^\n]*\](?:\n|\Z)|…)", re.MULTILINE)
_JOINT = re.compile(r"(?<=[,{\[])|(?=[}\]])")
_LABEL_CHARACTERS = 200


def message_views(
    originals: Sequence[Message], sent: Sequence[Message], cost: Callable[[Message], int]
) -> tuple[MessageView, ...]:
    """Every message of a request in order: kept, shortened, folded away or added.

    Args:
        originals: The messages without compression.
        sent: The messages as the model saw them.
        cost: Tokens of a message.
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
        )
        for message, original, shown in _pairs(originals, sent)
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
    originals: Sequence[Message], sent: Sequence[Message]
) -> Iterator[tuple[Message, Message | None, Message | None]]:
    """Each message with its original and with what was sent of it, in order; None where there is none."""
    at = 0
    for shown in sent:
        found = next((i for i in range(at, len(originals)) if _same(originals[i], shown)), None)
        if found is None:
            yield shown, None, shown
            continue
        yield from ((original, original, None) for original in originals[at:found])
        yield shown, originals[found], shown
        at = found + 1
    yield from ((original, original, None) for original in originals[at:])


def _same(original: Message, shown: Message) -> bool:
    if (original.role, original.call_id, original.calls) != (shown.role, shown.call_id, shown.calls):
        return False
    if original.call_id or original.calls or original.parts == shown.parts:
        return True
    return any(span.kind == "kept" for span in spans(original.text, shown.text))


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
