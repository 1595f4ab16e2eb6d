"""All work is done here."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from .mapper import Finds, Found, Unit


class SerialMapper:
    """Finds each thing in this process, when it is asked for."""

    def flat_map(self, function: Finds[Unit, Found], units: Iterable[Unit]) -> Iterator[Found]:
        """As in `Mapper`."""
        for unit in units:
            yield from function(unit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
