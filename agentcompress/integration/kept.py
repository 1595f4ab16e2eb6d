"""What a conversation keeps from one call of its model to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from agentcompress.values import Plan

_FEWEST = 500
"""Tokens from which on a bill says something about our counting."""
_SAME = 0.02
"""Relative difference that is noise: following it would only move the ceiling about."""
_MOST = 2.0
"""A count is not off by more: what is, was billed for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The decisions of a conversation, and what its provider told about counting.

    It belongs to the conversation, not to the process: a resumed run goes on as if
    it had never stopped, and threads learn nothing from each other.
    """

    plan: Plan = field(default_factory=Plan)
    """Every decision so far."""
    correction: float = 1.0
    """Tokens billed for each token that was counted; at least 1, so that the ceiling holds by our
    own count too."""
    taken: float = 1.0
    """Share of the ceiling that the provider was ready to take."""

    @property
    def share(self) -> float:
        """What the ceiling shrinks to, in tokens as they are counted here."""
        return self.taken / self.correction

    def billed(self, counted: int, billed: int) -> float:
        """The correction after a request was billed.

        Args:
            counted: Tokens of the request as they were counted here.
            billed: Tokens that the provider says it read.
        """
        if counted < _FEWEST or billed <= 0:
            return self.correction
        found = min(max(round(billed / counted, 3), 1.0), _MOST)
        return found if abs(found / self.correction - 1) > _SAME else self.correction

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready form: ``{"plan", "correction", "taken"}``."""
        return {"plan": self.plan.to_dict(), "correction": self.correction, "taken": self.taken}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> Self:
        """What `to_dict` wrote; data of another version is decided anew, as the originals are all there."""
        try:
            return cls(**{**data, "plan": Plan.from_dict(data["plan"])}) if data else cls()
        except (ValueError, KeyError, TypeError):
            return cls()
