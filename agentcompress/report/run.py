"""What a report shows: one run, its requests, and what became of each message."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agentcompress.images import Thumbnail
from agentcompress.values import Box

SpanKind = Literal["kept", "elided", "added"]
State = Literal["kept", "shortened", "folded", "added"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a message."""

    kind: SpanKind
    """`kept` and `elided` are the original's text; `added` is what stands in for it."""
    text: str
    """The stretch itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameView:
    """What became of one image of a message in one request."""

    fate: str
    """In words."""
    thumbnail: Thumbnail | None
    """The image; None where it cannot be read."""
    kept: tuple[Box, ...]
    """The parts of it that were sent, as pixels or as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """What became of one message in one request."""

    role: str
    """Who speaks."""
    label: str
    """What it is: its calls, or the call that it answers."""
    state: State
    """`folded` messages left the request, `added` ones were not there before."""
    tokens_before: int
    """Its tokens without compression; 0 where it was added."""
    tokens_after: int
    """Its tokens as it was sent; 0 where it was folded."""
    spans: tuple[Span, ...]
    """Its text in order."""
    frames: tuple[FrameView, ...] = ()
    """Its images in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """One request."""

    action: str
    """What the agent did next."""
    before: int
    """Tokens without compression."""
    after: int
    """Tokens as sent."""
    cache_kept: int
    """Of these, the tokens before the first byte that differs from the previous request, message-wise."""
    milliseconds: float
    """Time that compressing took."""
    evicted: bool
    """Whether a new global plan was made."""
    messages: tuple[MessageView, ...]
    """Every message, folded ones included."""

    @property
    def saved(self) -> float:
        """Share of the tokens that was removed."""
        return 1 - self.after / self.before if self.before else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A whole run."""

    title: str
    """The headline."""
    ceiling: int
    """Hard limit of a request in tokens."""
    steps: Sequence[StepReport]
    """Its requests in order."""
    notes: Sequence[tuple[str, str]] = ()
    """Further headline figures: a name and a value each."""

    @property
    def before(self) -> int:
        """Tokens of all requests without compression."""
        return sum(step.before for step in self.steps)

    @property
    def after(self) -> int:
        """Tokens of all requests as sent."""
        return sum(step.after for step in self.steps)

    @property
    def cache_kept(self) -> int:
        """Tokens of all requests that repeat the start of the request before."""
        return sum(step.cache_kept for step in self.steps)
