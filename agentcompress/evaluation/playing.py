"""A replay told by its settings, so that any process can play a part of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agentcompress.tokens import default_counter, image_formula

from .measure import Measure
from .policies import policy_named
from .reading import Trajectory
from .recalling import Recalling
from .replay import Replay, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySettings:
    """What `Replay` needs, by name; a process makes it once."""

    budget: int | float
    """Tokens of a whole request, or the share of what is not base (float in (0, 1))."""
    policy: str
    """One of `POLICY_NAMES`."""
    stateful: bool
    """Every answer in order; else evenly spaced snapshots."""
    max_steps: int = 12
    """Snapshots of one trajectory at most."""
    prices: str = "anthropic"
    """Of the prompt cache."""
    image_model: str | None = None
    """Prices images; None leaves them out of every count."""
    encoder: str = "auto"
    """Gives vectors."""
    recall: bool = False
    """Whether to ask back at each step."""

    def replay(self) -> Replay:
        """The replay.

        Raises:
            MissingDependencyError: The encoder's model is not on this machine.
            ValueError: A setting is none.
        """
        return _made(self)

    def play(self, trajectory: Trajectory) -> Iterator[Step]:
        """Every step of one trajectory, in order."""
        return self.replay().play([trajectory])


@lru_cache(maxsize=1)
def _made(settings: ReplaySettings) -> Replay:
    images = image_formula(settings.image_model) if settings.image_model else None
    measure = Measure(counter=default_counter(), images=images)
    return Replay(
        budget=settings.budget,
        policy=policy_named(
            settings.policy, stateful=settings.stateful, encoder=settings.encoder, prices=settings.prices
        ),
        stateful=settings.stateful,
        max_steps=settings.max_steps,
        measure=measure,
        recalling=Recalling(measure, settings.encoder) if settings.recall else None,
    )
