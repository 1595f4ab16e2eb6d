"""`agentcompress memory`: the upkeep of a store's file."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

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
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the items here, one JSON line each.")],
    as_json: AsJson = False,
) -> None:
    """Write all items to a file, also those of a damaged file that can still be read.

    Exit code 1 says that something could not be read.
    """
    from agentcompress.evaluation.progress import ReadingProgress
    from agentcompress.memory import StoreReader
    from agentcompress.memory.export import check_target, write_lines

    check_target(file, output)
    with StoreReader(file) as reader:
        try:
            with ReadingProgress([reader]) as progress:
                write_lines(progress.items(), output)
        except KeyboardInterrupt:
            raise interrupted(f"after {reader.read:,} items; {output} is as it was") from None
    figures = {
        name: getattr(reader, name) for name in ("read", "expired", "damaged", "unreadable", "complete")
    }
    if as_json:
        print(json.dumps(figures, indent=1))
    else:
        print(f"{reader.read:,} items written to {output}, {reader.expired:,} expired ones left out")
    if not reader.complete:
        lost = f"{reader.damaged:,} damaged items, {reader.unreadable:,} numbers of rows that cannot be read"
        print(f"warning: {file}: not all could be saved: {lost}", file=sys.stderr)
        raise typer.Exit(INCOMPLETE)
