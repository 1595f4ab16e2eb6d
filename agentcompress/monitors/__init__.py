"""What an agent's own steps say of how it is getting on."""

from .overthinking import OverthinkingMonitor
from .signals import Signal, SignalKind
from .steps import AgentStep, steps_of

__all__ = ["AgentStep", "OverthinkingMonitor", "Signal", "SignalKind", "steps_of"]
