"""What content is cut into, and the ways to show each piece."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .image_view import ImageView
from .look import Look
from .message import Image, Role

SegmentKind = Literal[
    "text",
    "line",
    "heading",
    "record",
    "code",
    "element",
    "error",
    "outlier",
    "image",
    "reasoning",
    "constraint",
    "call",
    "other",
]
RenditionName = Literal["full", "condensed", "stub", "merged", "folded"]


class Pin(IntEnum):
    """How firmly a group stays; higher stays longer, and only `HARD` whatever happens."""

    NONE = 0
    TURN = 1
    """An older turn of the user's."""
    STEP = 2
    """One of the newest steps."""
    ERROR = 3
    """The newest error that nothing has put right."""
    PLAN = 4
    """What the agent plans to do."""
    RECALL = 5
    """What the agent asked back and has not read yet, or asks for again and again."""
    HARD = 6

    @property
    def soft(self) -> bool:
        """Whether it stays while it fits."""
        return Pin.NONE < self < Pin.HARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One way to show a segment, or several segments at once."""

    name: RenditionName
    """`full` shows everything; `merged` and `folded` stand for several segments."""
    text: str
    """What the model reads."""
    tokens: int
    """Its cost."""
    atoms: tuple[str, ...] = ()
    """Identifiers, paths and numbers in it, each once, in order."""
    view: ImageView | None = None
    """Of an image: what is shown of it, where that is not all."""
    mark: str = ""
    """Of an image: a line of ours before what is shown of it."""
    covers: tuple[int, ...] = ()
    """Of merged and folded renditions: indices of the segments it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The smallest removable unit: a span of one part of one message.

    It does not know which message: the same content is segmented once, wherever
    and however often it stands in a conversation.
    """

    part: int
    """Index of its part in the message."""
    start: int
    """Where it begins in the part's text, in characters."""
    end: int
    """Where it ends, exclusive."""
    text: str
    """What it says: the span, or the part of it that carries the content; empty for images."""
    tokens: int
    """Cost of showing it in full."""
    role: Role
    """Who said it."""
    kind: SegmentKind = "line"
    """What it is."""
    atoms: tuple[str, ...] = ()
    """Identifiers, paths and numbers in it, each once, in order."""
    head: int = 0
    """How many segments before it the one stands that it cannot be shown without; 0 for none."""
    lead: int = 0
    """How many segments before it the one stands that helps to understand it; 0 for none."""
    passage: int = 0
    """Of prose and documents: the number of the passage it belongs to, from 1; 0 for none."""
    image: Image | None = None
    """Of an image: where its bytes are."""
    look: Look | None = None
    """Of an image: its thumbnail, where it can be read."""
    condensed: tuple[Rendition, ...] = ()
    """Smaller renditions, largest first; what a smaller one shows, a larger one shows too."""

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        """All ways to show it, largest first."""
        full = Rendition(name="full", text=self.text, tokens=self.tokens, atoms=self.atoms)
        return (full, *self.condensed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Messages that stand or fall together, above all a call with its results."""

    messages: tuple[int, ...]
    """Indices of its messages, adjacent and in order."""
    step: int
    """How many assistant turns began before it: its place in time."""
    overhead: int = 0
    """Tokens it costs before any of its segments is shown: calls and framing."""
    pin: Pin = Pin.NONE
    """How firmly it stays."""
    essential: tuple[int, ...] = ()
    """Messages of it whose text it is pinned for, as indices; calls are shown with the group."""
    pictures: tuple[int, ...] = ()
    """Messages of it that show the newest images, as indices, once for each of these images."""
    error: bool = False
    """Whether one of its tool results is an error."""
    in_loop: bool = False
    """Whether it belongs to the open tool loop: to what happened since the newest user turn."""
    atoms: tuple[str, ...] = ()
    """Atoms of its calls: shown as soon as the group is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a criterion or strategy may look at: what is not hard-pinned."""

    segments: Sequence[Segment]
    """In chronological order."""
    groups: Sequence[Group]
    """In chronological order."""
    message_of: NDArray[np.intp]
    """Index of each segment's message, shape (segments,), ascending."""
    group_of: NDArray[np.intp]
    """Index into `groups` of each segment's group, shape (segments,), ascending."""
    step: int
    """The step that comes next; a group's age is `step - group.step`."""
    query: str
    """What the next step is about: task, newest request, last call and the reasoning before it."""
    visible: frozenset[str] = frozenset()
    """Atoms that hard-pinned content shows whatever is chosen, save what the user asks about."""
    odds: Mapping[str, float] = field(default_factory=dict)
    """How likely atoms are to be used next, from 0 up, on the scale of scores; one that is not named
    is as likely as the best segment that has it."""

    @property
    def newest_images(self) -> Sequence[int]:
        """Segments that are the images which come before all else, the newest first."""
        left = Counter(message for group in self.groups for message in group.pictures)
        newest = []
        for index in range(len(self.segments) - 1, -1, -1) if left else ():
            message = int(self.message_of[index])
            if left[message] and self.segments[index].kind == "image":
                left[message] -= 1
                newest.append(index)
        return newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a strategy decided to show."""

    renditions: Mapping[int, int]
    """Segment index → index into its `renditions`; a segment that is not named is not shown."""
    groups: frozenset[int]
    """Groups that stay; the segments of the others are not shown."""
    certificate: float | None = None
    """Share of the best possible value that this is sure to have, where the strategy can tell."""
    repeated: frozenset[int] = frozenset()
    """Segments not shown because what is shown further down says the same, at least for the most part."""
    merged: tuple[Rendition, ...] = ()
    """Renditions shown that stand for several segments of one message each, behind what else it shows."""
