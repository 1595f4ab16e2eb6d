"""Writes compressed contexts, one JSON line a step."""

import gzip
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .replay import Step


class Dump:
    """A dump that is valid whenever it is looked at: it grows by whole lines only.

    Each line of a ``.gz`` file is a gzip member of its own, so the file needs no
    trailer and survives even a killed process; gzip readers take members as one stream.

    Args:
        path: Where to write; a file that is there is replaced.
        stateful: Whether to note what of the prefix was kept and how long it took.

    Attributes:
        steps: How many steps were written.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, path: Path, *, stateful: bool) -> None:
        self.steps = 0
        self._stateful = stateful
        self._gzip = path.suffix == ".gz"
        # Unbuffered: a buffer would be flushed at close, half a line included.
        self._file = path.open("wb", buffering=0)
        self._whole = 0

    def write(self, step: Step) -> None:
        """Appends one step; if that is interrupted, nothing of it stays.

        Raises:
            OSError: The disk is full, or the like.
        """
        line = json.dumps(self._record(step)).encode() + b"\n"
        waiting = memoryview(gzip.compress(line, mtime=0) if self._gzip else line)
        size = len(waiting)
        try:
            while waiting:
                waiting = waiting[self._file.write(waiting) :]
        except BaseException:
            # What cannot be taken back (a device, a pipe) must not hide why it failed.
            with suppress(OSError):
                self._file.truncate(self._whole)
                self._file.seek(0, os.SEEK_END)
            raise
        self._whole += size
        self.steps += 1

    def _record(self, step: Step) -> dict[str, Any]:
        record: dict[str, Any] = {
            "id": step.id,
            "step": step.index,
            "ceiling": step.ceiling,
            "tokens": step.tokens,
            "messages": step.messages,
        }
        if step.skipped:
            record["skipped"] = True
        if self._stateful:
            record["prefix_kept"] = step.prefix_kept
            record["ms"] = round(step.ms, 3)
        return record

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
