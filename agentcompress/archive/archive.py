"""What left the prompt of a conversation, in any LangGraph store."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import quote

from .archived import ArchivedMessage

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore, Item, PutOp

_ARCHIVE = "agentcompress:archive"
"""Label below which archives lie; no encoded label is the same, so no archive lies inside another."""
_FIRST, _MORE = 1_000, 8
"""Items asked for at first, and how many times as many next."""


class Archive:
    """The archive of a conversation; only those of the same namespace can see it, and without one no other.

    Items are kept under what they say, so keeping one again changes nothing. They are
    not indexed by the store: they are searched by what `Recaller` knows about choosing,
    whatever store it is.

    Args:
        store: Any LangGraph store.
        conversation: Names the conversation, as a rule its thread.
        namespace: Labels that conversations share what left their prompts under; it is kept below
            them, percent-encoded where they hold more than letters, digits, "_", "-" and "~".

    Raises:
        ValueError: `conversation` or a label is empty.
    """

    def __init__(self, store: "BaseStore", conversation: str, namespace: Sequence[str] = ()) -> None:
        if not conversation:
            raise ValueError("a conversation's archive needs the name of the conversation")
        if not all(namespace):
            raise ValueError(f"labels of a namespace must not be empty, got {tuple(namespace)}")
        self._store = store
        shared = (*map(_encoded, namespace), _ARCHIVE)
        self._own = (*shared, _encoded(conversation))
        self._seen = shared if namespace else self._own

    def keep(self, messages: Iterable[ArchivedMessage]) -> None:
        """Keeps messages; returns when the store has them."""
        if puts := self._puts(messages):
            self._store.batch(puts)

    async def akeep(self, messages: Iterable[ArchivedMessage]) -> None:
        """`keep` without blocking the event loop."""
        if puts := self._puts(messages):
            await self._store.abatch(puts)

    def messages(self) -> list[ArchivedMessage]:
        """All that was kept, in the order of the conversation, behind what others of its namespace kept.

        Raises:
            InvalidInputError: An item is of another version.
        """
        for limit in _limits():
            found = self._store.search(self._seen, limit=limit)
            if len(found) < limit:
                break
        return self._in_order(found)

    async def amessages(self) -> list[ArchivedMessage]:
        """`messages` without blocking the event loop."""
        for limit in _limits():
            found = await self._store.asearch(self._seen, limit=limit)
            if len(found) < limit:
                break
        return self._in_order(found)

    def _puts(self, messages: Iterable[ArchivedMessage]) -> "list[PutOp]":
        from langgraph.store.base import PutOp

        # In one order: workers that keep the same at once would lock each other's rows out.
        ordered = sorted(messages, key=lambda message: message.key)
        return [PutOp(self._own, one.key, one.to_dict(), index=False) for one in ordered]

    def _in_order(self, items: "Sequence[Item]") -> list[ArchivedMessage]:
        ours = [item for item in items if self._sees(item.namespace)]
        found = [(item.namespace, ArchivedMessage.from_dict(item.value)) for item in ours]
        found.sort(key=lambda one: (one[0] == self._own, one[0], one[1].position, one[1].key))
        return [replace(message, elsewhere=namespace != self._own) for namespace, message in found]

    def _sees(self, namespace: tuple[str, ...]) -> bool:
        """Whether a namespace is ours label by label: some stores compare prefixes as text."""
        return len(namespace) == len(self._own) and namespace[: len(self._seen)] == self._seen


def _limits() -> Iterator[int]:
    """Ever more, and no pages: what was put at once has one time, and stores may order that anew for each."""
    return (_FIRST * _MORE**tries for tries in count())


def _encoded(label: str) -> str:
    """A label that may hold a dot, as no label of a store may; two never become one."""
    return quote(label, safe="").replace(".", "%2E")
