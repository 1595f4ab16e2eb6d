"""What a policy is: a way to make a context fit, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agentcompress.values import Plan, Reason

from .recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the model would see."""

    messages: list[dict[str, Any]]
    """OpenAI chat format; messages that did not change are the recording's own objects."""
    evicted: bool = False
    """Whether a new plan was made for it."""
    plan: Plan | None = None
    """What made it of the context; None for policies that make none."""
    explain: Callable[[], Sequence[Reason]] | None = None
    """Says why, segment by segment, where something was decided; takes as long again."""


class Policy(Protocol):
    """Decides what the model sees at one step."""

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """The context of a step, made to fit.

        Args:
            recording: The trajectory; everything before `step` has happened.
            step: Index of the assistant message that acts next.
            ceiling: Hard limit of the request in tokens.

        Raises:
            BudgetExceededError: What may not be touched is alone over the ceiling.
        """
        ...
