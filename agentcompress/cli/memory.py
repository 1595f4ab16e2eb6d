"""`agentcompress memory`: the upkeep of a store's file."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TextIO

import typer

from agentcompress.files import whole_file

from .options import AsJson
from .printing import interrupted, print_tables, waiting

INCOMPLETE = 1

memory = typer.Typer(help="Look after the file of a FaissStore.", no_args_is_help=True)

StoreFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file of a FaissStore.")]


@memory.command()
def stats(file: StoreFile, as_json: AsJson = False) -> None:
    """Count what the file holds."""
    from agentcompress.memory import stats

    with waiting("counting"):
        figures = asdict(stats(file))
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    from agentcompress.report.table import store_tables

    print_tables(store_tables(figures))


@memory.command()
def vacuum(file: StoreFile, as_json: AsJson = False) -> None:
    """Remove what has expired, and shrink the file.

    Others may have the store open; who writes meanwhile has to wait.
    """
    from agentcompress.memory import vacuum

    try:
        with waiting("shrinking"):
            done = vacuum(file)
    except KeyboardInterrupt:
        raise interrupted(f"before {file} was shrunk; its items are as they were") from None
    if as_json:
        print(json.dumps(asdict(done), indent=1))
        return
    print(f"{done.expired:,} expired items and {done.orphans:,} orphaned vectors removed")
    saved = done.bytes_before - done.bytes_after
    print(f"{saved:,} bytes saved: {done.bytes_after:,} of {done.bytes_before:,} stay")


@memory.command()
def export(
    file: StoreFile,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the items here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write all items as JSON lines, also those of a damaged file that can still be read.

    They go to OUTPUT; without it, or with -, to standard output, and the figures to standard error.
    Exit code 1 says that something could not be read.
    """
    from agentcompress.evaluation.progress import ReadingProgress
    from agentcompress.memory import StoreReader
    from agentcompress.memory.export import check_target, write_lines

    to = None if output is None or str(output) == "-" else output
    if to:
        check_target(file, to)
    with StoreReader(file) as reader:
        try:
            lines: AbstractContextManager[TextIO] = whole_file(to) if to else nullcontext(sys.stdout)
            with ReadingProgress([reader]) as progress, lines as out:
                write_lines(progress.items(), out)
        except KeyboardInterrupt:
            kept = f"; {to} is as it was" if to else ""
            raise interrupted(f"after {reader.read:,} items{kept}") from None
    figures = {
        name: getattr(reader, name) for name in ("read", "expired", "damaged", "unreadable", "complete")
    }
    where = f" to {to}" if to else ""
    told = f"{reader.read:,} items written{where}, {reader.expired:,} expired ones left out"
    print(json.dumps(figures, indent=1) if as_json else told, file=sys.stdout if to else sys.stderr)
    if not reader.complete:
        lost = f"{reader.damaged:,} damaged items, at most {reader.unreadable:,} items that cannot be read"
        print(f"warning: {file}: not all could be saved: {lost}", file=sys.stderr)
        raise typer.Exit(INCOMPLETE)
