"""Is an agent still getting on?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentcompress.values import atoms_of

from .signals import Signal, SignalKind
from .steps import AgentStep

_ROUNDS = 3
"""How often a cycle of calls must come round."""
_LONGEST_CYCLE = 4
"""Steps of the longest cycle that is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverthinkingMonitor:
    """Reads four signs from an agent's steps since the user last spoke; it asks no model.

    Reasoning models that think instead of acting solve fewer tasks (Cuadron et al., "The Danger of
    Overthinking", arXiv 2502.08235); the numbers of steps are those by which OpenHands' `StuckDetector`
    ends a run: four times the same call with the same result, two calls in turn three times.

    Raises:
        ValueError: A setting is out of range.
    """

    repeats: int = 4
    """So many steps in a row with the same calls and the same results are a signal; at least 2."""
    no_news: int | None = 8
    """So many steps in a row whose results have no identifier, path or number that was not there in the steps
    before; at least 2. None looks for none."""
    reasoning_tokens: int | None = None
    """So many tokens of reasoning within `window` steps; at least 1. None counts none."""
    window: int = 8
    """Steps over which reasoning is counted; at least 1."""

    def __post_init__(self) -> None:
        limits = {"repeats": 2, "no_news": 2, "reasoning_tokens": 1, "window": 1}
        for name, least in limits.items():
            value = getattr(self, name)
            optional = name in ("no_news", "reasoning_tokens")
            if (value is not None or not optional) and (not isinstance(value, int) or value < least):
                raise ValueError(f"{name} must be a whole number, {least} or more, got {value!r}")

    def signals(self, steps: Sequence[AgentStep]) -> list[Signal]:
        """What the newest steps are a sign of; nothing where the agent is getting on.

        Args:
            steps: As `steps_of` gives them.
        """
        return [*self._circles(steps), *self._without_news(steps), *self._reasoning(steps)]

    def _circles(self, steps: Sequence[AgentStep]) -> Iterator[Signal]:
        run = _run(steps, 1)
        if run >= self.repeats:
            yield _signal("repeats", steps, run)
            return
        for length in range(2, _LONGEST_CYCLE + 1):
            run = _run(steps, length)
            if run >= _ROUNDS * length:
                yield _signal("cycle", steps, run)
                return

    def _without_news(self, steps: Sequence[AgentStep]) -> Iterator[Signal]:
        if self.no_news is None or len(steps) <= self.no_news:
            return
        earlier, newest = steps[: -self.no_news], _atoms(steps[-self.no_news :])
        said = "\n".join(result for step in earlier for result in step.results)
        # Nearly always one is in no earlier text at all, which is told a hundred times faster.
        if all(atom in said for atom in newest) and newest <= _atoms(earlier):
            yield _signal("no-news", steps, self.no_news)

    def _reasoning(self, steps: Sequence[AgentStep]) -> Iterator[Signal]:
        if self.reasoning_tokens is None:
            return
        tokens = sum(step.reasoning for step in steps[-self.window :])
        if tokens >= self.reasoning_tokens:
            yield _signal("reasoning", steps, min(self.window, len(steps)), tokens)


def _run(steps: Sequence[AgentStep], length: int) -> int:
    """How many of the newest steps are each the same as the one so many before."""
    run = length
    while run < len(steps) and steps[-run - 1].digest == steps[-run - 1 + length].digest:
        run += 1
    return min(run, len(steps))


def _atoms(steps: Sequence[AgentStep]) -> set[str]:
    return {atom for step in steps for result in step.results for atom in atoms_of(result)}


def _signal(kind: SignalKind, steps: Sequence[AgentStep], run: int, tokens: int = 0) -> Signal:
    tools = dict.fromkeys(tool for step in steps[-run:] for tool in step.tools)
    return Signal(kind=kind, steps=run, tools=tuple(tools), tokens=tokens)
