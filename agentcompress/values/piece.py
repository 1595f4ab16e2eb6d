"""What a segmenter makes of one text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .segment import SegmentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a text that can be shown or left out on its own."""

    start: int
    """Where it begins, in characters."""
    end: int
    """Where it ends, exclusive; the next piece begins here."""
    kind: SegmentKind = "line"
    """What it is."""
    core: tuple[int, int] | None = None
    """The part of it that carries the content, where separators and indentation around it
    are written anew by `Cut.join`; None for all of it."""
    head: int | None = None
    """Index of the earlier piece that it stands under: a heading, a header row, the object that
    a member belongs to. Where the cut has a join it is shown whenever this one is; elsewhere it
    is worth more the more is shown under it."""
    passage: int = 0
    """Of prose and documents: the number of the passage it belongs to, from 1; 0 for none."""
    condensed: tuple[str, ...] = ()
    """Smaller forms, largest first; what a smaller one shows, a larger one shows too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A text in pieces."""

    pieces: Sequence[Piece]
    """Adjacent: together they are the text, without gap or overlap."""
    join: Callable[[Mapping[int, str], str], str] | None = None
    """Writes the text with only some pieces, for content whose form must stay valid: takes what
    is shown (piece index → its core or a condensed form; heads are always among them) and a
    note that says how much is gone, which belongs into the result. None where pieces can
    simply stand one behind the other, gaps marked."""
