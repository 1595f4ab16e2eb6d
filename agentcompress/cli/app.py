"""The command line as a whole: its commands, and how each of its errors ends."""

import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from agentcompress.errors import AgentCompressError

from .compress import compress
from .demo import demo
from .doctor import doctor
from .evaluate import evaluate
from .memory import memory
from .replay import replay
from .train import train

BAD_INPUT = 2

app = typer.Typer(
    name="agentcompress",
    help="A context budget for agents: compress conversations, replay recorded runs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Runs the command line; every error of the user's is one line and exit code 2."""
    # A closed stream is None; whoever closed it wants to hear nothing.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except (AgentCompressError, TyperException) as error:
        message = error.format_message() if isinstance(error, TyperException) else str(error)
        code = _fail(message)
    except BrokenPipeError:
        # Whoever read us has left; the interpreter's own flush at exit must find an open end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        code = _fail(f"{name}{error.strerror or error}")
    sys.exit(code)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"agentcompress {version('agentcompress')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A context budget for agents: compress conversations, replay recorded runs."""


def _fail(message: str) -> int:
    if message:
        print("error:", " ".join(message.split()), file=sys.stderr)
    return BAD_INPUT


app.command()(compress)
app.command()(replay)
app.command("eval")(evaluate)
app.command()(train)
app.add_typer(memory, name="memory")
app.command()(doctor)
app.command()(demo)
