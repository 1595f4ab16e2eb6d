"""A progress bar over the files that are being read."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

Item = TypeVar("Item", covariant=True)


class ItemReader(Protocol[Item]):
    """Reads the items of one file and knows how far it is; every `LineReader` that iterates does."""

    @property
    def size(self) -> int | None:
        """Bytes of the file, None where it is no plain file."""
        ...

    @property
    def consumed(self) -> int:
        """How many of them were read so far."""
        ...

    def __iter__(self) -> Iterator[Item]:
        """Every item."""
        ...


class ReadingProgress(Generic[Item]):
    """Shows on standard error how far the files are read; nothing where that is no terminal.

    Args:
        readers: One a file.
    """

    def __init__(self, readers: Sequence[ItemReader[Item]]) -> None:
        self._readers = readers
        sizes = [reader.size for reader in self._readers]
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task(
            "reading", total=None if None in sizes else sum(size or 0 for size in sizes)
        )

    def items(self) -> Iterator[Item]:
        """All items of all files, in order."""
        for reader in self._readers:
            for item in reader:
                yield item
                read = sum(reader.consumed for reader in self._readers)
                self._bar.update(self._task, completed=read)

    def say(self, text: str) -> None:
        """Changes the words beside the bar."""
        self._bar.update(self._task, description=text)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
