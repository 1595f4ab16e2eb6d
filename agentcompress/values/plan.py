"""What became of each segment: the decisions that are persisted and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from .image_view import ImageView
from .segment import RenditionName

Place = Literal["head", "tail", "end", "user", "assistant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One stretch of a part's text and how it is shown; stretches not chosen are elided."""

    part: int
    """Index of the part."""
    start: int
    """Where the stretch begins, in characters."""
    end: int
    """Where it ends, exclusive."""
    rendition: RenditionName = "full"
    """How it is shown."""
    text: str | None = None
    """What is shown instead; None for the stretch itself."""
    view: ImageView | None = None
    """Of an image: what is shown of it; None for all, or for what its text says."""
    drawn: str | None = None
    """Of a view of a local file: the picture that was sent, in a data URI. Files change and vanish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line of ours that says what left the prompt."""

    place: Place
    """Before or behind the text of a message that stays (at its end inside of JSON), or a message of its
    own in that role: in the place of one that left, or before one that stays."""
    text: str
    """What it says."""

    @property
    def is_message(self) -> bool:
        """Whether it is a message of its own, written into no other."""
        return self.place in ("user", "assistant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Segment → rendition, by message, in a form that outlives the process.

    A message is known by the fingerprint of what it says, so a plan survives
    checkpoints, forks and new message ids. Messages it does not name are new
    and are shown whole.
    """

    shown: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    """Fingerprint → what is shown of the message, in order."""
    folded: frozenset[str] = frozenset()
    """Fingerprints of messages that left the prompt together with their group."""
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    """Fingerprint → lines at that message; written once, so that what comes later moves none."""
    evictions: int = 0
    """How often a global plan was made: each one rewrites the prompt's cached prefix."""

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready form.

        Returns:
            ``{"version", "shown", "folded", "notes", "evictions"}``; a choice is
            ``[part, start, end]``, ``[part, start, end, rendition, text]`` or, where an image is shown
            otherwise than in full, ``[part, start, end, rendition, None, [width, height, crops]]``, with
            the picture that was sent behind it if the image is a local file.
        """
        return {
            "version": 1,
            "shown": {key: [_packed(choice) for choice in choices] for key, choices in self.shown.items()},
            "folded": sorted(self.folded),
            "notes": {key: [[note.place, note.text] for note in notes] for key, notes in self.notes.items()},
            "evictions": self.evictions,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The plan that `to_dict` wrote.

        Raises:
            ValueError: The data is of another version, or is no plan.
        """
        if data.get("version") != 1:
            raise ValueError(f"plan version {data.get('version')!r} is not 1")
        try:
            return cls._read(data)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"no plan: {type(error).__name__} {error}") from None

    @classmethod
    def _read(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            shown={key: tuple(_unpacked(row) for row in rows) for key, rows in data["shown"].items()},
            folded=frozenset(data["folded"]),
            notes={
                key: tuple(Note(place=place, text=text) for place, text in notes)
                for key, notes in data["notes"].items()
            },
            evictions=data["evictions"],
        )


def _packed(choice: Choice) -> list[Any]:
    span: list[Any] = [choice.part, choice.start, choice.end]
    if choice.view is not None:
        view = choice.view
        crops = [list(box) for box in view.crops]
        drawn = () if choice.drawn is None else (choice.drawn,)
        return [*span, choice.rendition, choice.text, [view.width, view.height, crops], *drawn]
    return span if choice.text is None else [*span, choice.rendition, choice.text]


def _unpacked(row: list[Any]) -> Choice:
    part, start, end, *rest = row
    if not rest:
        return Choice(part=part, start=start, end=end)
    view = _viewed(*rest[2]) if len(rest) > 2 else None
    drawn = rest[3] if len(rest) > 3 else None
    return Choice(part=part, start=start, end=end, rendition=rest[0], text=rest[1], view=view, drawn=drawn)


def _viewed(width: int, height: int, crops: list[list[int]]) -> ImageView:
    boxes = tuple((left, top, right, bottom) for left, top, right, bottom in crops)
    return ImageView(width=width, height=height, crops=boxes)
