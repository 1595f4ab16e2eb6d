"""What left the prompt of a conversation, in any LangGraph store."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import quote

from .archived import ArchivedMessage

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore, Item, PutOp

_ARCHIVE = "agentcompress:archive"
"""Label below which archives lie; no encoded label is the same, so no archive lies inside another."""
_PAGE = 200


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
        found: list[Item] = []
        for offset in count(0, _PAGE):
            page = self._store.search(self._seen, limit=_PAGE, offset=offset)
            found += page
            if len(page) < _PAGE:
                break
        return self._in_order(found)

    async def amessages(self) -> list[ArchivedMessage]:
        """`messages` without blocking the event loop."""
        found: list[Item] = []
        for offset in count(0, _PAGE):
            page = await self._store.asearch(self._seen, limit=_PAGE, offset=offset)
            found += page
            if len(page) < _PAGE:
                break
        return self._in_order(found)

    def _puts(self, messages: Iterable[ArchivedMessage]) -> "list[PutOp]":
        from langgraph.store.base import PutOp

        return [PutOp(self._own, one.key, one.to_dict(), index=False) for one in messages]

    def _in_order(self, items: "Sequence[Item]") -> list[ArchivedMessage]:
        found = [(item.namespace, ArchivedMessage.from_dict(item.value)) for item in items]
        found.sort(key=lambda one: (one[0] == self._own, one[0], one[1].position, one[1].key))
        return [replace(message, elsewhere=namespace != self._own) for namespace, message in found]


def _encoded(label: str) -> str:
    """A label that may hold a dot, as no label of a store may; two never become one."""
    return quote(label, safe="").replace(".", "%2E")
