"""A progress bar over the files that are being read."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from .reading import Trajectory, TrajectoryReader


class ReadingProgress:
    """Shows on standard error how far the files are read; nothing where that is no terminal.

    Args:
        paths: The files; ``-`` is standard input.

    Raises:
        InvalidInputError: One of them is not there or may not be read.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._readers = [TrajectoryReader(path) for path in paths]
        sizes = [reader.size for reader in self._readers]
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task(
            "reading", total=None if None in sizes else sum(size or 0 for size in sizes)
        )

    def trajectories(self) -> Iterator[Trajectory]:
        """All trajectories of all files, in order."""
        for reader in self._readers:
            for trajectory in reader:
                yield trajectory
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
