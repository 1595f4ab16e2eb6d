"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file that takes its place when all was written; until then what was there stays.

    A device or pipe is written as it is.

    Args:
        path: The file; one that exists is replaced.

    Raises:
        OSError: It cannot be written.
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as file:
            yield file
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _opened(draft, path) as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _opened(draft: Path, path: Path) -> TextIO:
    try:
        return draft.open("w", encoding="utf-8")
    except OSError as error:
        error.filename = str(path)  # What was asked for tells more than the name of a draft.
        raise
