"""Ready-made graphs around the middleware."""

from .agent import build_agent

__all__ = ["build_agent"]
