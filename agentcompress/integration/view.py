"""What a node sees of the messages in its input, and the way back."""

from collections import Counter
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, Self

from langchain_core.messages import BaseMessage
from langgraph.types import Command, Overwrite, Send
from pydantic import BaseModel

_MARK = "agentcompress-{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Messages as they are shown, each with the original it stands for."""

    originals: Sequence[BaseMessage]
    """What the state holds."""
    shown: Sequence[BaseMessage]
    """What the node sees instead."""
    stands_for: Sequence[int | None]
    """Where the original of each shown message stands; None for a line of ours. Shape (shown,)."""

    @classmethod
    def whole(cls, messages: Sequence[BaseMessage]) -> Self:
        """The view that shows everything as it is."""
        return cls(originals=messages, shown=messages, stands_for=range(len(messages)))

    def exchanged(self, forms: Sequence[BaseMessage]) -> Self:
        """The view with another form of each message that is shown, in the same order."""
        return replace(self, shown=forms)

    @property
    def marked(self) -> list[BaseMessage]:
        """What is shown, each message with an id of its own by which it is known again."""
        often = Counter(message.id for message in self.shown)
        return [
            message if message.id and often[message.id] == 1 else _with_id(message, _MARK.format(index))
            for index, message in enumerate(self.shown)
        ]

    def narrowed(self, messages: Sequence[BaseMessage]) -> Self:
        """The view that shows only what is left of `marked` after a compression."""
        before = {message.id: (index, message) for index, message in enumerate(self.marked)}
        shown: list[BaseMessage] = []
        stands_for: list[int | None] = []
        for message in messages:
            index, marked = before.get(message.id, (None, None)) if message.id else (None, None)
            stands_for.append(None if index is None else self.stands_for[index])
            if index is None:
                shown.append(message)
            elif message == marked:
                shown.append(self.shown[index])
            else:
                shown.append(_with_id(message, self.shown[index].id))
        return replace(self, shown=shown, stands_for=stands_for)

    @property
    def differs(self) -> bool:
        """Whether anything is shown otherwise than it is."""
        return len(self.shown) != len(self.originals) or any(
            one is not other for one, other in zip(self.shown, self.originals, strict=True)
        )

    def restored(self, messages: Sequence[Any]) -> list[Any]:
        """Messages that a node returned, with the original for each one that it was shown.

        A node that returns all it was shown returns all there is.
        """
        count = len(self.shown)
        for start in range(len(messages) - count + 1):
            if all(map(_same, messages[start : start + count], self.shown)):
                before, behind = messages[:start], messages[start + count :]
                return [*self._singly(before), *self.originals, *self._singly(behind)]
        return self._singly(messages)

    def _singly(self, messages: Sequence[Any]) -> list[Any]:
        known = {message.id: index for index, message in enumerate(self.shown) if message.id}
        nameless = [index for index, message in enumerate(self.shown) if not message.id]
        out = []
        for message in messages:
            candidates = [known[message.id]] if getattr(message, "id", None) in known else nameless
            shown = next((index for index in candidates if _same(message, self.shown[index])), None)
            original = None if shown is None else self.stands_for[shown]
            if shown is None:
                out.append(message)
            elif original is not None:
                out.append(self.originals[original])
        return out


def changed(value: Any, key: str, change: Callable[[list[Any]], list[Any]]) -> Any:
    """What a node returned, with the messages in it changed wherever they go.

    Args:
        value: An update of the state in any form that LangGraph takes: a dictionary, a state
            object, a `Command`, a `Send`, a list of them, pairs of keys and values.
        key: The channel of the messages.
        change: From messages to messages.
    """
    if isinstance(value, Command):
        goto = value.goto if isinstance(value.goto, str) else changed(value.goto, key, change)
        return replace(value, update=changed(value.update, key, change), goto=goto)
    if isinstance(value, Send):
        sent = copy(value)
        sent.arg = changed(value.arg, key, change)
        return sent
    if isinstance(value, tuple) and len(value) == 2 and value[0] == key:
        return (key, _changed_messages(value[1], change))
    if isinstance(value, list | tuple):
        return type(value)([changed(item, key, change) for item in value])
    if (messages := messages_in(value, key)) is None:
        return value
    return with_messages(value, key, _changed_messages(messages, change))


def messages_in(state: Any, key: str) -> Any:
    """The messages of a node's input or output; None where it has none."""
    return state.get(key) if isinstance(state, dict) else getattr(state, key, None)


def with_messages(state: Any, key: str, messages: Any) -> Any:
    """The same state with other messages."""
    if isinstance(state, dict):
        return {**state, key: messages}
    if isinstance(state, BaseModel):
        return state.model_copy(update={key: messages})
    if is_dataclass(state) and not isinstance(state, type):
        return replace(state, **{key: messages})
    return state


def _changed_messages(messages: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    if isinstance(messages, Overwrite):
        return Overwrite(_changed_messages(messages.value, change))
    if isinstance(messages, BaseMessage):
        return (change([messages]) or [messages])[0]
    return change(messages) if isinstance(messages, list) else messages


def _same(one: Any, other: Any) -> bool:
    return one is other or bool(type(one) is type(other) and one == other)


def _with_id(message: BaseMessage, identity: str | None) -> BaseMessage:
    return message.model_copy(update={"id": identity})
