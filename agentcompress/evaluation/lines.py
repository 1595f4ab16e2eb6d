"""JSON lines from a file, a gzip file or standard input, one at a time."""

import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from agentcompress.errors import InvalidInputError

STDIN = "-"
_GZIP_MAGIC = b"\x1f\x8b"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


class LineReader:
    """The lines of one file; memory holds one line at a time.

    Gzip is known by its first bytes, so it may come through standard input too.

    Args:
        path: The file; ``-`` is standard input.

    Attributes:
        path: The file as the user named it.
        line: Number of the line read last, from 1.
        size: Bytes of the file as it lies on disk, None where it is no plain file.
        consumed: How many of them were read so far.

    Raises:
        InvalidInputError: There is no such file, or it is a directory or not readable.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.line = 0
        self.consumed = 0
        self.size: int | None = None
        if path == STDIN:
            if sys.stdin is None:
                raise self.problem("is closed")
            return
        # Looked at without opening: a named pipe can be opened only once.
        try:
            found = Path(path)
            if found.is_file():
                self.size = found.stat().st_size
            if found.is_dir():
                raise IsADirectoryError
            if not os.access(path, os.R_OK):
                raise PermissionError if found.exists() else FileNotFoundError
        except (OSError, ValueError) as error:
            raise self.problem(_why(error)) from error

    def problem(self, message: str, *, line: int | None = None) -> InvalidInputError:
        """An error that names this file, and the line where one is given."""
        name = "standard input" if self.path == STDIN else self.path
        return InvalidInputError(message, path=name, line=line)

    def texts(self) -> Iterator[str]:
        """Every line, decoded.

        Raises:
            InvalidInputError: The bytes cannot be read; names the line.
        """
        try:
            with self._opened() as raw:
                for data in self._decompressed(raw):
                    self.line += 1
                    yield data.decode("utf-8-sig" if self.line == 1 else "utf-8")
                    if self.size is not None:
                        self.consumed = raw.tell()
        except UnicodeDecodeError as error:
            raise self.problem(f"is not UTF-8 text (byte {error.start + 1})", line=self.line) from error
        except EOFError as error:
            raise self.problem("the gzip data is cut off here", line=self.line + 1) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self.problem("the gzip data is damaged here", line=self.line + 1) from error
        except OSError as error:
            raise self.problem(_why(error)) from error

    def records(self) -> Iterator[Any]:
        """Every line that is not blank, parsed as JSON.

        Raises:
            InvalidInputError: A line is no JSON, or there is none; names the line.
        """
        empty = True
        for text in self.texts():
            if text.strip():
                empty = False
                yield self.parsed(text, line=self.line)
        if empty:
            raise self.problem("is empty")

    def parsed(self, text: str, *, line: int = 1) -> Any:
        """The JSON value of a text.

        Args:
            text: One line, or a whole file.
            line: Number of its first line.

        Raises:
            InvalidInputError: It is no JSON; names the line.
        """
        try:
            return json.loads(text, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            raise self.problem(
                f"invalid JSON: {error.msg} (column {error.colno})", line=line + error.lineno - 1
            ) from error
        except (ValueError, RecursionError) as error:
            raise self.problem(f"JSON that cannot be read: {error}", line=line) from error

    def _opened(self) -> io.BufferedReader:
        # A descriptor of its own, so that closing it leaves standard input open.
        return open(os.dup(sys.stdin.fileno()) if self.path == STDIN else self.path, "rb")  # noqa: PTH123

    def _decompressed(self, raw: io.BufferedReader) -> Iterable[bytes]:
        magic = raw.peek(2)[:2]
        if magic == _GZIP_MAGIC:
            return gzip.GzipFile(fileobj=raw)
        if magic and self.path.endswith(".gz"):
            raise self.problem("is not a gzip file, though its name says so")
        return raw


def _why(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "no such file"
        case IsADirectoryError():
            return "is a directory, not a file"
        case PermissionError():
            return "may not be read"
        case OSError(strerror=str(reason)):
            return f"cannot be read: {reason}"
        case _:
            return f"cannot be read: {error}"
