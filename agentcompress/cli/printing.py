"""What commands say at their end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.table import Table

INTERRUPTED = 130
_NARROWEST = 80


def print_tables(tables: Sequence[Table], *, to_stderr: bool = False) -> None:
    """Prints figures for people."""
    from rich.console import Console

    console = Console(stderr=to_stderr)
    if console.width < _NARROWEST:
        console = Console(stderr=to_stderr, width=_NARROWEST)  # figures that wrap beat figures cut off
    for table in tables:
        console.print(table)


def interrupted(what: str) -> typer.Exit:
    """Says how far an interrupted command came; what to raise then."""
    print(f"interrupted {what}", file=sys.stderr)
    return typer.Exit(INTERRUPTED)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Shows on standard error that work goes on; nothing where that is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield
