"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file that takes its place when all was written; until then what was there stays.

    A device, a pipe or what this process has open already (`/dev/stdout`) is written as it is.

    Args:
        path: The file; one that exists is replaced, of a link what it leads to.

    Raises:
        OSError: It cannot be written.
    """
    if (descriptor := _descriptor(path)) is not None:
        with os.fdopen(descriptor, "w", encoding="utf-8", closefd=False) as file:
            yield file
        return
    target = path.resolve()
    if target.exists() and not target.is_file():
        with path.open("w", encoding="utf-8") as file:
            yield file
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with _opened(draft, path) as file:
            yield file
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _descriptor(path: Path) -> int | None:
    """The number of an open file of this process that a path stands for."""
    own = Path(f"/proc/{os.getpid()}/fd")
    for each in (path, path.parent / path.readlink()) if path.is_symlink() else ():
        if each.parent.resolve() == own:
            return int(each.name)
    return None


def _opened(draft: Path, path: Path) -> TextIO:
    try:
        return draft.open("w", encoding="utf-8")
    except OSError as error:
        error.filename = str(path)  # What was asked for tells more than the name of a draft.
        raise
