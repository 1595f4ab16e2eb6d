"""What several commands take, and what is checked of it before any work is done."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from agentcompress.errors import InvalidInputError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
EncoderName = Annotated[
    str,
    typer.Option(metavar="NAME", help="auto, static, minilm, or the folder of a sentence-transformers model"),
]

Jobs = Annotated[int, typer.Option(metavar="N", help="Processes that share the work.")]
RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help='Let a Ray cluster do the work: host:port, or "auto"; needs the extra ray.',
    ),
]


def parse_budget(text: str) -> int | float:
    """A budget as the user writes it.

    Args:
        text: With a point, a fraction between 0 and 1; else tokens, from 1 to 10⁹.

    Raises:
        TyperException: It is neither.
    """
    from agentcompress.values import checked_limit

    try:
        budget = float(text) if "." in text else int(text)
    except ValueError:
        shown = repr(text[:20])
        raise TyperException(f"budget must be tokens (8000) or a fraction (0.25), got {shown}") from None
    with settings():
        return checked_limit(budget)


def check_distinct(sources: Sequence[str], *outputs: Path | None) -> None:
    """Refuses to write over what is read, or one output over another, before any work is done."""
    seen = [Path(source).resolve() for source in sources]
    for output in filter(None, outputs):
        if output.resolve() in seen and not output.is_char_device():
            raise InvalidInputError("is read or written here already", path=output)
        if not output.resolve().parent.is_dir():
            raise InvalidInputError("No such file or directory", path=output)
        seen.append(output.resolve())


@contextmanager
def settings() -> Iterator[None]:
    """Makes a bad setting the user's error; a ValueError from anywhere else is a bug of ours."""
    try:
        yield
    except ValueError as error:
        raise TyperException(str(error)) from None
