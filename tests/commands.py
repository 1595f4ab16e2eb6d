"""Running the command line and looking at what it leaves behind."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

WriteLines = Callable[[str, Iterable[Any]], Path]


class Finished:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


Command = Callable[..., Finished]


def spawn(*arguments: object, **options: Any) -> subprocess.Popen[bytes]:
    """Starts the command line as a process of its own."""
    command = [sys.executable, "-m", "agentcompress", *map(str, arguments)]
    # Shells start background jobs with interrupts ignored, and children inherit that.
    settings = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **options}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **settings)


def fails(finished: Finished, problem: str) -> None:
    assert finished.code == 2
    assert finished.out == ""
    assert finished.err.startswith("error: ")
    assert finished.err.count("\n") == 1
    assert problem in finished.err
