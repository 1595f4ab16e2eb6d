"""Rows and counts that are never changed, and made longer without copying what they have.

Both share what is full with the shorter one they were made from: the leaves of a persistent
vector (Bagwell, "Ideal Hash Trees", 2001; Clojure's vectors), on one level, as conversations
have some thousands of messages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Self, TypeVar, overload

_Item = TypeVar("_Item")
_LEAF = 256
"""Items that are copied at most when some are added."""


class Grown(Sequence[_Item]):
    """A sequence.

    Args:
        items: What it begins with.
    """

    __slots__ = ("_full", "_rest")

    def __init__(self, items: Iterable[_Item] = ()) -> None:
        self._full: tuple[tuple[_Item, ...], ...] = ()
        self._rest: tuple[_Item, ...] = ()
        self._add(items)

    def __len__(self) -> int:
        return len(self._full) * _LEAF + len(self._rest)

    @overload
    def __getitem__(self, index: int) -> _Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[_Item]: ...
    def __getitem__(self, index: int | slice) -> _Item | list[_Item]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        leaf, place = divmod(index, _LEAF)
        if leaf < 0:
            raise IndexError(index)
        return self._full[leaf][place] if leaf < len(self._full) else self._rest[index - leaf * _LEAF]

    def __iter__(self) -> Iterator[_Item]:
        return chain.from_iterable((*self._full, self._rest))

    def beginning(self, length: int) -> Self:
        """The first items; `length` is at most as many as there are."""
        leaves, left = divmod(length, _LEAF)
        made = type(self)()
        made._full = self._full[:leaves]
        made._rest = (*self._full, self._rest)[leaves][:left]
        return made

    def followed_by(self, items: Iterable[_Item]) -> Self:
        """The same with more behind it."""
        made = type(self)()
        made._full, made._rest = self._full, self._rest
        made._add(items)
        return made

    def _add(self, items: Iterable[_Item]) -> None:
        rest = (*self._rest, *items)
        end = len(rest) - len(rest) % _LEAF
        self._full += tuple(rest[start : start + _LEAF] for start in range(0, end, _LEAF))
        self._rest = rest[end:]


class Tally:
    """How often texts came."""

    __slots__ = ("_layers",)

    def __init__(self) -> None:
        self._layers: tuple[Mapping[str, int], ...] = ({},)

    def __getitem__(self, text: str) -> int:
        return next((layer[text] for layer in reversed(self._layers) if text in layer), 0)

    def followed_by(self, texts: Iterable[str]) -> Self:
        """The same with more that came."""
        full = len(self._layers[-1]) >= _LEAF
        newest = {} if full else dict(self._layers[-1])
        for text in texts:
            newest[text] = newest.get(text, self[text]) + 1
        made = type(self)()
        made._layers = (*(self._layers if full else self._layers[:-1]), newest)
        return made
