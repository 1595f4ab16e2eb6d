"""What a mapper is."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar

Unit = TypeVar("Unit")
Found = TypeVar("Found")
Finds = Callable[[Unit], Iterable[Found]]
"""What is done with a unit: pure, and, for other processes to find it, at the top of a module."""


class Mapper(Protocol):
    """Does the same with many units; its workers live as long as its context."""

    def flat_map(self, function: Finds[Unit, Found], units: Iterable[Unit]) -> Iterator[Found]:
        """Everything that a function finds in each unit, in the order of the units.

        What comes out, and the error that ends it, is the same whoever does the work: an error in a
        unit, or in reading the units, comes behind all that was found before it.

        Args:
            function: Finds any number of things in one unit.
            units: What it is done with.

        Raises:
            WorkerLostError: A worker was killed, and nobody took over its work.
        """
        ...

    def __enter__(self) -> Self:
        """Starts the workers."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends them."""
        ...
