"""What an agent's own steps say of how it is getting on."""

from .overthinking import OverthinkingMonitor
from .signals import Signal, SignalKind
from .steps import RECENT, AgentStep, steps_of

__all__ = ["RECENT", "AgentStep", "OverthinkingMonitor", "Signal", "SignalKind", "steps_of"]
