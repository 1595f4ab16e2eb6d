"""Ready-made graphs whose requests stay within a budget."""

from .agent import build_agent
from .long_run import build_long_run
from .rag import build_rag
from .team import TeamWorker, build_team

__all__ = ["TeamWorker", "build_agent", "build_long_run", "build_rag", "build_team"]
