"""What left the prompt of one conversation, in any LangGraph store."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import quote

from .archived import ArchivedMessage

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore, Item, PutOp

_ROOT = "agentcompress"
_FIRST, _MORE = 1_000, 8
"""Items asked for at first, and how many times as many next."""


class Archive:
    """The archive of one conversation; no other one can see it.

    Items are kept under what they say, so keeping one again changes nothing. They are
    not indexed by the store: they are searched by what `Recaller` knows about choosing,
    whatever store it is.

    Args:
        store: Any LangGraph store.
        conversation: Names the conversation, as a rule its thread.

    Raises:
        ValueError: `conversation` is empty.
    """

    def __init__(self, store: "BaseStore", conversation: str) -> None:
        if not conversation:
            raise ValueError("a conversation's archive needs the name of the conversation")
        self._store = store
        # Labels of a namespace may not hold a dot, and two names may not become one.
        self._namespace = (_ROOT, quote(conversation, safe="").replace(".", "%2E"))

    def keep(self, messages: Iterable[ArchivedMessage]) -> None:
        """Keeps messages; returns when the store has them."""
        if puts := self._puts(messages):
            self._store.batch(puts)

    async def akeep(self, messages: Iterable[ArchivedMessage]) -> None:
        """`keep` without blocking the event loop."""
        if puts := self._puts(messages):
            await self._store.abatch(puts)

    def messages(self) -> list[ArchivedMessage]:
        """All that was kept, in the order of the conversation.

        Raises:
            InvalidInputError: An item is of another version.
        """
        for limit in _limits():
            found = self._store.search(self._namespace, limit=limit)
            if len(found) < limit:
                break
        return _in_order(found)

    async def amessages(self) -> list[ArchivedMessage]:
        """`messages` without blocking the event loop."""
        for limit in _limits():
            found = await self._store.asearch(self._namespace, limit=limit)
            if len(found) < limit:
                break
        return _in_order(found)

    def _puts(self, messages: Iterable[ArchivedMessage]) -> "list[PutOp]":
        from langgraph.store.base import PutOp

        # In one order: workers that keep the same at once would lock each other's rows out.
        ordered = sorted(messages, key=lambda message: message.key)
        return [PutOp(self._namespace, one.key, one.to_dict(), index=False) for one in ordered]


def _limits() -> Iterator[int]:
    """Ever more, and no pages: what was put at once has one time, and stores may order that anew for each."""
    return (_FIRST * _MORE**tries for tries in count())


def _in_order(items: "Sequence[Item]") -> list[ArchivedMessage]:
    messages = [ArchivedMessage.from_dict(item.value) for item in items]
    return sorted(messages, key=lambda message: (message.position, message.key))
