"""One message as it was before anything of it was left out."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from agentcompress.errors import InvalidInputError
from agentcompress.messages import block_json
from agentcompress.values import ID_DIGITS, Message, Role

_VERSION = 1
_REFUSED = re.compile("[\0\ud800-\udfff]")
"""What some stores take for no text: PostgreSQL refuses it, JSON joins halves of pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMessage:
    """What a message says and shows, and where it came from."""

    key: str
    """What it says, hashed: the same content is kept once."""
    role: Role
    """Who said it."""
    text: str
    """Its text, byte for byte."""
    position: int
    """Its index in the conversation when it was last kept: its place in time."""
    call: str = ""
    """Of a tool result: the call that it answers."""
    error: bool = False
    """Of a tool result: whether the tool failed."""
    blocks: str = ""
    """Images, documents, recordings and films beside its text: a JSON list of content blocks."""
    elsewhere: bool = False
    """Whether it was said in another conversation."""

    @property
    def id(self) -> str:
        """What marks name it by."""
        return self.key[:ID_DIGITS]

    @property
    def shown(self) -> list[Any]:
        """The blocks beside its text, as they came."""
        blocks: list[Any] = json.loads(self.blocks or "[]")
        return blocks

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready form that every store keeps as it is: the fields, and ``"version"``.

        Text that some would not keep stands there with Python's escapes, and ``"escaped"`` says so.
        """
        data = {"version": _VERSION, **asdict(self)}
        if _REFUSED.search(self.text + self.call):
            data |= {"escaped": True, "text": _escaped(self.text), "call": _escaped(self.call)}
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` wrote.

        Raises:
            InvalidInputError: It is of another version, or is no archived message.
        """
        if data.get("version") != _VERSION:
            raise InvalidInputError(f"archived message of version {data.get('version')!r}, not {_VERSION}")
        fields = {name: value for name, value in data.items() if name not in ("version", "escaped")}
        try:
            if data.get("escaped"):
                fields |= {name: _unescaped(fields[name]) for name in ("text", "call")}
            return cls(**fields)
        except (AttributeError, KeyError, TypeError, UnicodeError) as error:
            raise InvalidInputError(f"no archived message: {error}") from None


def _escaped(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def _unescaped(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape")


def archived(messages: Sequence[Message], indices: Iterable[int]) -> list[ArchivedMessage]:
    """Some messages of a conversation, to be kept; those that say and show nothing are left out.

    Args:
        messages: The conversation.
        indices: Which of them.
    """
    calls = {call.id: call.text.strip() for message in messages for call in message.calls}
    chosen = ((index, messages[index], _blocks(messages[index])) for index in indices)
    return [
        ArchivedMessage(
            key=message.digest,
            role=message.role,
            # What a turn calls may be all that it says: a file to write, a patch.
            text=message.text if message.role == "tool" else message.said,
            position=index,
            call=calls.get(message.call_id or "", ""),
            error=message.error,
            blocks=blocks,
        )
        for index, message, blocks in chosen
        if message.said or blocks
    ]


def _blocks(message: Message) -> str:
    blocks = [block_json(part) for part in message.parts if part.kind in ("image", "other")]
    return f"[{', '.join(blocks)}]" if blocks else ""
