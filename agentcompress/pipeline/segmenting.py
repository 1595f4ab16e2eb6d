"""Messages → segments, each content cut and counted once."""

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from agentcompress.recent import Recent
from agentcompress.tokens import RequestCounter
from agentcompress.values import (
    Cut,
    Image,
    ImageCut,
    ImageCutter,
    Message,
    Part,
    Piece,
    Rendition,
    Role,
    Segment,
    Segmenter,
    SegmentKind,
    atoms_of,
)

from .alignment import aligned
from .drawing import SIDE_BY_SIDE
from .picturing import pictured

_DEMANDS = frozenset({"error", "outlier"})
_VARIABLE = re.compile(r"\S*\d\S*")
"""Numbers, ids and times: what differs where the same is said again."""
_MOST_SEEN = 256
"""Newest images that are not opened again where another message shows them."""
_KINDS: dict[str, SegmentKind] = {"image": "image", "reasoning": "reasoning", "other": "other"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """One message in segments."""

    segments: tuple[Segment, ...]
    """In order; calls have none: they stay as long as their message does."""
    cuts: dict[int, Cut]
    """Part index → its cut, of parts whose pieces cannot simply stand one behind the other."""
    images: dict[int, ImageCut]
    """Part index → what is known of an image: its segment stands before those of its lines."""


class SegmentCache:
    """Segments by what was segmented; bounded, shared by threads.

    Args:
        segmenter: Cuts text parts; other parts are one segment each.
        counter: Counts the pieces.
        declared: Makes what a user declares pieces of their own.
        images: Says how images may be shown.
        max_segments: How many segments are remembered.
    """

    def __init__(
        self,
        segmenter: Segmenter,
        counter: RequestCounter,
        declared: Callable[[Cut, str], Cut],
        images: ImageCutter,
        max_segments: int = 500_000,
    ) -> None:
        self._segmenter = segmenter
        self._counter = counter
        self._declared = declared
        self._images = images
        self._cut_before = Recent[Message, Segmented](max_segments, lambda _, cut: len(cut.segments))
        self._seen = Recent[Image, ImageCut | None](_MOST_SEEN)

    def segments(self, message: Message) -> tuple[Segment, ...]:
        """The message's segments in order."""
        return self.segmented(message).segments

    def segmented(self, message: Message) -> Segmented:
        """The message in segments, and how they are put together again."""
        return self._cut_before.get_or_make(message, lambda: self._cut(message))

    def look_at(self, messages: Iterable[Message]) -> None:
        """Cuts those of the messages that show images side by side: decoding waits for no other thread."""
        new = [
            one for one in messages if one not in self._cut_before and any(part.image for part in one.parts)
        ]
        if len(new) > 1:
            with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
                list(pool.map(self.segmented, new))

    def calls(self, message: Message) -> tuple[Segment, ...]:
        """The message's calls, to be scored: they stay as long as their message does."""
        return tuple(
            Segment(
                part=-1,
                start=0,
                end=0,
                text=call.text,
                tokens=0,
                role=message.role,
                kind="call",
                atoms=atoms_of(call.text),
            )
            for call in message.calls
        )

    def compact(self, text: str) -> str:
        """The same text in fewer tokens, nothing lost."""
        return self._segmenter.compact(text)

    def _cut(self, message: Message) -> Segmented:
        segments: list[Segment] = []
        cuts = {}
        images = {}
        for index, part in enumerate(message.parts):
            if part.kind == "text":
                cut = self._segmenter.cut(part.text)
                if message.role == "user":
                    cut = self._declared(cut, part.text)
                segments += self._pieces(cut, part.text, index, message.role)
                if cut.join is not None:
                    cuts[index] = cut
            elif part.kind != "call":
                whole = self._whole(part, index, message.role)
                # What costs nothing need not be looked at.
                if part.image and whole.tokens and (image := self._looked_at(part.image)):
                    images[index] = image
                    segments += pictured(whole, part.image, image, self._counter)
                else:
                    segments.append(whole)
        return Segmented(segments=tuple(aligned(segments, images)), cuts=cuts, images=images)

    def _looked_at(self, image: Image) -> ImageCut | None:
        """What is known of an image; a screen that did not change often comes in the same bytes again."""
        if not image.is_embedded:  # A file of that name may hold another one by now.
            return self._images.cut(image)
        return self._seen.get_or_make(image, lambda: self._images.cut(image))

    def _whole(self, part: Part, index: int, role: Role) -> Segment:
        return Segment(
            part=index,
            start=0,
            end=len(part.text),
            text=part.text,
            tokens=self._counter.part(part),
            role=role,
            kind=_KINDS[part.kind],
            image=part.image,
        )

    def _pieces(self, cut: Cut, text: str, part: int, role: Role) -> Iterable[Segment]:
        texts = [_said(piece, text) for piece in cut.pieces]
        joined = cut.join is not None
        for number, (piece, said, tokens) in enumerate(
            zip(cut.pieces, texts, self._counter.texts(texts), strict=True)
        ):
            behind = 0 if piece.head is None else number - piece.head
            yield Segment(
                part=part,
                start=piece.start,
                end=piece.end,
                text=said,
                tokens=tokens,
                role=role,
                kind=piece.kind,
                atoms=atoms_of(said) + _demand(piece.kind, said),
                head=behind if joined else 0,
                lead=0 if joined else behind,
                passage=piece.passage,
                condensed=self._condensed(piece.condensed) if piece.condensed else (),
            )

    def _condensed(self, texts: Sequence[str]) -> tuple[Rendition, ...]:
        return tuple(
            Rendition(name="condensed", text=text, tokens=tokens, atoms=atoms_of(text))
            for text, tokens in zip(texts, self._counter.texts(texts), strict=True)
        )


def _demand(kind: SegmentKind, said: str) -> tuple[str, ...]:
    """An error or outlier is worth showing for what it says, once however often it is said."""
    return (f"{kind}: {' '.join(_VARIABLE.sub('0', said).split())}",) if kind in _DEMANDS else ()


def _said(piece: Piece, text: str) -> str:
    start, end = piece.core or (piece.start, piece.end)
    return text[start:end]
