"""Why a segment is shown, or is not."""

from dataclasses import dataclass
from typing import Literal

from .segment import RenditionName, SegmentKind

Why = Literal[
    "pinned",
    "fits",
    "worth its tokens",
    "not worth its tokens",
    "repeated below",
    "summed up",
    "group folded",
    "condensed on arrival",
    "marks cost more",
    "kept for the cache",
    "decided before",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What became of one segment in one compression."""

    message: int
    """Index of its message."""
    part: int
    """Index of its part in the message."""
    start: int
    """Where it begins in the part's text, in characters."""
    end: int
    """Where it ends, exclusive."""
    kind: SegmentKind
    """What it is."""
    tokens: int
    """Cost of showing it in full."""
    score: float | None
    """What the criterion said; None where it was not asked."""
    shown: RenditionName | None
    """How it is shown, None for not at all; `merged` where its part was written anew."""
    why: Why
    """Which rule or choice decided.

    "pinned" is never touched, "fits" was never looked at. An eviction finds a segment "worth its
    tokens" or not, "repeated below", "summed up" by a model, or folds its whole group; where marks
    would take more than they save ("marks cost more") the message stands whole, and what is cheaper
    to leave as it is than to write into the cache anew is "kept for the cache". "condensed on arrival"
    was too large for one result; "decided before" belongs to an earlier call.
    """
