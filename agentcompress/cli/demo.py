"""`agentcompress demo`."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    model: Annotated[
        str | None, typer.Option(metavar="PROVIDER:NAME", help="A real model instead of the scripted one.")
    ] = None,
    report: Annotated[Path, typer.Option(help="Write the HTML report here.")] = Path(
        "agentcompress-demo.html"
    ),
) -> None:
    """Run a real agent on real material, with and without a tight budget."""
    from rich.console import Console

    from agentcompress.demo import run_demo

    raise typer.Exit(run_demo(model, report, Console()))
