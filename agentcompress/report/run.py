"""What a report shows: one run, its requests, and what became of each message."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from agentcompress.images import Thumbnail
from agentcompress.values import Box, Reason

SpanKind = Literal["kept", "condensed", "merged", "dropped", "added"]
State = Literal["kept", "shortened", "folded", "added"]
EventKind = Literal["evicted", "condensed", "recalled", "returned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a message."""

    kind: SpanKind
    """`added` is our own text; all others are the original's: as it was, said in fewer words, said
    elsewhere, or gone."""
    text: str
    """The stretch itself."""
    reason: Reason | None = None
    """Why, where that was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameView:
    """What became of one image of a message in one request."""

    fate: str
    """In words."""
    thumbnail: Thumbnail | None
    """The image; None where it cannot be read."""
    kept: tuple[Box, ...]
    """The parts of it that were sent, as pixels or as text."""
    reason: Reason | None = None
    """Why, where that was asked."""


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
    held: Mapping[str, int] = field(default_factory=dict)
    """Its tokens without compression, by what takes them."""
    sent: Mapping[str, int] = field(default_factory=dict)
    """Its tokens as it was sent, by what takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that the memory of a run did or was asked."""

    kind: EventKind
    """A new global plan, a result condensed on arrival, something asked back or brought back unasked."""
    text: str
    """What it was about."""


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """One request."""

    action: str
    """What the agent did next."""
    ceiling: int
    """Hard limit of the request in tokens."""
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
    schemas: int = 0
    """Tokens of the tool schemas, which are sent as they are."""
    events: tuple[Event, ...] = ()
    """What the memory did, in order."""

    @property
    def saved(self) -> float:
        """Share of the tokens that was removed."""
        return 1 - self.after / self.before if self.before else 0.0

    @cached_property
    def sent(self) -> Mapping[str, int]:
        """Tokens as sent, by what takes them."""
        return self._summed([view.sent for view in self.messages if view.tokens_after])

    @cached_property
    def held(self) -> Mapping[str, int]:
        """Tokens without compression, by what takes them."""
        return self._summed([view.held for view in self.messages])

    def _summed(self, taken: Sequence[Mapping[str, int]]) -> Mapping[str, int]:
        total = Counter({"tool schemas": self.schemas})
        for one in taken:
            for name, tokens in one.items():
                total[name] += tokens
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A whole run."""

    title: str
    """The headline."""
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
