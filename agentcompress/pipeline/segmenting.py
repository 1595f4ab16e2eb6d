"""Messages → segments, each content cut and counted once."""

from collections import OrderedDict
from threading import Lock

from agentcompress.tokens import RequestCounter
from agentcompress.values import Message, Part, Segment, Segmenter, SegmentKind, atoms_of

ATTACHED = frozenset({"reasoning", "call"})
"""Parts that stay as long as their message does: providers check them against its calls."""
_KINDS: dict[str, SegmentKind] = {"image": "image", "other": "other"}


class SegmentCache:
    """Segments by what was segmented; bounded, shared by threads.

    Args:
        segmenter: Cuts text parts; other parts are one segment each.
        counter: Counts the pieces.
        max_segments: How many segments are remembered.
    """

    def __init__(self, segmenter: Segmenter, counter: RequestCounter, max_segments: int = 500_000) -> None:
        self._segmenter = segmenter
        self._counter = counter
        self._max_segments = max_segments
        self._held = 0
        self._cache: OrderedDict[Message, tuple[Segment, ...]] = OrderedDict()
        self._lock = Lock()

    def segments(self, message: Message) -> tuple[Segment, ...]:
        """The message's segments in order."""
        with self._lock:
            if message in self._cache:
                self._cache.move_to_end(message)
                return self._cache[message]
        segments = tuple(
            segment
            for index, part in enumerate(message.parts)
            if part.kind not in ATTACHED
            for segment in self._part_segments(message, index, part)
        )
        with self._lock:
            if message not in self._cache:
                self._cache[message] = segments
                self._held += len(segments)
            while self._held > self._max_segments and len(self._cache) > 1:
                self._held -= len(self._cache.popitem(last=False)[1])
        return segments

    def _part_segments(self, message: Message, index: int, part: Part) -> list[Segment]:
        if part.kind != "text":
            kind = _KINDS[part.kind]
            tokens = self._counter.part(part)
            whole = Segment(
                part=index,
                start=0,
                end=len(part.text),
                text=part.text,
                tokens=tokens,
                role=message.role,
                kind=kind,
            )
            return [whole]
        spans = self._segmenter.spans(part.text)
        texts = [part.text[start:end] for start, end in spans]
        return [
            Segment(
                part=index,
                start=start,
                end=end,
                text=text,
                tokens=tokens,
                role=message.role,
                atoms=atoms_of(text),
            )
            for (start, end), text, tokens in zip(spans, texts, self._counter.texts(texts), strict=True)
        ]
