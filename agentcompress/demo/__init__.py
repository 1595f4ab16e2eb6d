"""The main job on real input: an agent investigates installed packages, with and without a budget."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["run_demo"]


def run_demo(model: str | None, report: Path, console: "Console") -> int:
    """Runs the same task uncompressed and under a quarter of the tokens.

    Args:
        model: A real chat model as "provider:name"; None plays the scripted one, offline.
        report: Where the HTML report goes.
        console: Where the tables go.

    Returns:
        The exit code: 0 where the agent solved the task in both runs, else 1.

    Raises:
        MissingDependencyError: The provider's package or key is missing.
        AgentCompressError: The provider's model failed in the middle of a run.
    """
    from .run import run

    return run(model, report, console)
