"""One message as it was before anything of it was left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from agentcompress.errors import InvalidInputError
from agentcompress.values import ID_DIGITS, Message, Role

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMessage:
    """The text of a message, and where it came from."""

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
    elsewhere: bool = False
    """Whether it was said in another conversation."""

    @property
    def id(self) -> str:
        """What marks name it by."""
        return self.key[:ID_DIGITS]

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready form: the fields, and ``"version"``."""
        return {"version": _VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` wrote.

        Raises:
            InvalidInputError: It is of another version, or is no archived message.
        """
        if data.get("version") != _VERSION:
            raise InvalidInputError(f"archived message of version {data.get('version')!r}, not {_VERSION}")
        try:
            return cls(**{name: value for name, value in data.items() if name != "version"})
        except TypeError as error:
            raise InvalidInputError(f"no archived message: {error}") from None


def archived(messages: Sequence[Message], indices: Iterable[int]) -> list[ArchivedMessage]:
    """Some messages of a conversation, to be kept; those without text are left out.

    Args:
        messages: The conversation.
        indices: Which of them.
    """
    calls = {call.id: call.text.strip() for message in messages for call in message.calls}
    chosen = ((index, messages[index]) for index in indices)
    return [
        ArchivedMessage(
            key=message.digest,
            role=message.role,
            # What a turn calls may be all that it says: a file to write, a patch.
            text=message.text if message.role == "tool" else message.said,
            position=index,
            call=calls.get(message.call_id or "", ""),
            error=message.error,
        )
        for index, message in chosen
        if message.said
    ]
