"""Plays recorded trajectories through a policy, step by step."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agentcompress.errors import BudgetExceededError
from agentcompress.values import common_start

from .measure import Measure
from .metrics import Visibility, visibility
from .policy import Policy, Shown
from .reading import Trajectory
from .recalling import RecallFigures, Recalling
from .recording import Recording
from .steps import ceiling_of, snapshot_steps, stateful_steps

_LONG = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One compressed context and what became of the original."""

    id: str
    """The trajectory."""
    source: str
    """Where the trajectory comes from."""
    index: int
    """Index of the assistant message that acts next."""
    messages: list[dict[str, Any]]
    """What the model would see, in OpenAI chat format."""
    ceiling: int
    """Hard limit in tokens."""
    tokens: int
    """Tokens of `messages`."""
    base_tokens: int
    """Tokens of the base."""
    full_tokens: int
    """Tokens of the whole context."""
    prefix_kept: int
    """Tokens of the whole messages that are byte-identical with the start of the previous request."""
    full_prefix_kept: int
    """The same without any compression."""
    prefix_break: bool
    """Whether it does not start with all of the previous request."""
    evicted: bool
    """Whether a new plan was made for it."""
    skipped: bool
    """Whether the hard pins did not fit; `messages` is then the base alone."""
    ms: float
    """How long the policy took."""
    visibility: Visibility
    """What of the next call is still there."""
    recalled: RecallFigures | None
    """What of the rest one question brings back; None where none was asked."""

    @property
    def kept_ratio(self) -> float:
        """Tokens after ÷ tokens before, outside the base; 0 where there is nothing outside it."""
        return max(0, self.tokens - self.base_tokens) / max(1, self.full_tokens - self.base_tokens)

    @property
    def long(self) -> bool:
        """Whether the whole context has at least 8,000 tokens."""
        return self.full_tokens >= _LONG


Watch = Callable[[Recording, Step, Shown], None]


class Replay:
    """A policy, a budget and a mode, ready to be played.

    Attributes:
        stateful: Whether every answer is played in order.
        measure: Counts tokens.

    Args:
        budget: Tokens of a whole request, or the share of what is not base (float in (0, 1)).
        policy: Makes a fresh policy; called once a trajectory.
        stateful: Every answer in order, as in production; else evenly spaced snapshots.
        measure: Counts tokens.
        max_steps: Snapshots of one trajectory at most.
        recalling: Asks back at each step; None asks nothing.

    Raises:
        ValueError: `max_steps` is below 1.
    """

    def __init__(
        self,
        *,
        budget: int | float,
        policy: Callable[[], Policy],
        stateful: bool,
        measure: Measure,
        max_steps: int = 12,
        recalling: Recalling | None = None,
    ) -> None:
        if max_steps < 1:
            raise ValueError(f"max_steps must be at least 1, got {max_steps}")
        self._budget = budget
        self._policy = policy
        self.stateful = stateful
        self.measure = measure
        self._max_steps = max_steps
        self._recalling = recalling

    def play(self, trajectories: Iterable[Trajectory], watch: Watch | None = None) -> Iterator[Step]:
        """Every step of every trajectory, in order; nothing is held back.

        Args:
            trajectories: What is played.
            watch: Told of each step, with what the policy said; outside the time that is measured.
        """
        for trajectory in trajectories:
            yield from self._play(Recording(trajectory, self.measure), watch)

    def _play(self, recording: Recording, watch: Watch | None) -> Iterator[Step]:
        policy = self._policy()
        previous: Sequence[dict[str, Any]] = ()
        previous_step = 0
        steps = stateful_steps(recording) if self.stateful else snapshot_steps(recording, self._max_steps)
        for index in steps:
            step, shown = self._step(recording, index, policy, previous, previous_step)
            if watch:
                watch(recording, step, shown)
            yield step
            previous, previous_step = step.messages, index

    def _step(
        self,
        recording: Recording,
        index: int,
        policy: Policy,
        previous: Sequence[dict[str, Any]],
        previous_step: int,
    ) -> tuple[Step, Shown]:
        ceiling = ceiling_of(recording, index, self._budget)
        skipped = False
        start = time.perf_counter()
        try:
            shown = policy.compress(recording, index, ceiling)
        except BudgetExceededError:
            shown = Shown(messages=[recording.trajectory.messages[i] for i in recording.base])
            skipped = True
        ms = (time.perf_counter() - start) * 1_000
        looks = [recording.look(message) for message in shown.messages]
        messages = recording.trajectory.as_written(shown.messages)
        same = common_start(previous, messages)
        made = Step(
            id=recording.trajectory.id,
            source=recording.trajectory.source,
            index=index,
            messages=messages,
            ceiling=ceiling,
            tokens=sum(tokens for _, tokens in looks),
            base_tokens=recording.base_tokens,
            full_tokens=recording.tokens_before(index),
            prefix_kept=sum(tokens for _, tokens in looks[:same]),
            full_prefix_kept=recording.tokens_before(previous_step),
            prefix_break=same < len(previous),
            evicted=shown.evicted,
            skipped=skipped,
            ms=ms,
            visibility=visibility(recording, index, [view for view, _ in looks]),
            recalled=self._recalling.ask(recording, index, shown.messages) if self._recalling else None,
        )
        return made, shown
