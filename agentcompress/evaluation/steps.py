"""Which steps of a trajectory are replayed, and under which ceiling."""

from .recording import Recording

_MIN_CONTEXT = 1_000
_MIN_OUTSIDE_BASE = 300


def snapshot_steps(recording: Recording, limit: int) -> list[int]:
    """Steps worth measuring on their own, evenly spaced.

    Args:
        recording: The trajectory.
        limit: How many steps at most, from 1.

    Returns:
        Indices of assistant messages with tool calls whose context has at least 1,000
        tokens, 300 of them outside the base.
    """
    steps = [
        index
        for index, view in enumerate(recording.views)
        if view.role == "assistant" and view.calls and _worth_measuring(recording, index)
    ]
    if len(steps) <= limit:
        return steps
    return [steps[round(place * (len(steps) - 1) / max(1, limit - 1))] for place in range(limit)]


def stateful_steps(recording: Recording) -> list[int]:
    """Indices of all assistant messages that had something to answer, in order."""
    return [index for index, view in enumerate(recording.views) if index and view.role == "assistant"]


def ceiling_of(recording: Recording, step: int, budget: int | float) -> int:
    """The ceiling of a step in tokens.

    Args:
        recording: The trajectory.
        step: Index of the acting assistant message.
        budget: Tokens of the whole request, or the share of what is not base (float in (0, 1)).
    """
    if isinstance(budget, int):
        return budget
    rest = recording.tokens_before(step) - recording.base_tokens
    return recording.base_tokens + int(budget * rest)


def _worth_measuring(recording: Recording, step: int) -> bool:
    tokens = recording.tokens_before(step)
    return tokens >= _MIN_CONTEXT and tokens - recording.base_tokens >= _MIN_OUTSIDE_BASE
