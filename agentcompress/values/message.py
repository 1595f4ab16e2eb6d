"""A message as the engine sees it, whatever library it came from."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import Literal, Self

from .image_view import ImageView

_ENTRY = 1_000
"""Characters that remembering a message takes beside its texts."""
ID_DIGITS = 8
"""Digits of a message's digest that tell the messages of a conversation apart."""
Role = Literal["system", "user", "assistant", "tool"]
PartKind = Literal["text", "image", "reasoning", "call", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image, by reference: its bytes are read only by whoever needs them."""

    url: str
    """Data URI, file path or remote URL (remote ones are never fetched)."""
    width: int | None = None
    """Pixels, or None where the size is unknown."""
    height: int | None = None
    """Pixels, or None where the size is unknown."""
    detail: str = "auto"
    """The provider's detail setting."""
    view: ImageView | None = None
    """What of it is to be drawn and sent, where that is not all of it."""

    @property
    def is_embedded(self) -> bool:
        """Whether its URL is a data URI: the image itself."""
        return self.url[:5].lower() == "data:"

    @property
    def url_key(self) -> tuple[int, int]:
        """Tells its URL from others: a text keeps its hash, and to keep texts would be to keep all images."""
        return hash(self.url), len(self.url)

    def shown(self, view: ImageView) -> Self:
        """The image in one of its views."""
        return replace(self, width=view.width, height=view.height, view=view)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One content block of a message."""

    kind: PartKind
    """What the block is."""
    text: str = ""
    """What it says; empty for images and for blocks that repeat a call; JSON for other blocks."""
    payload: int = 0
    """Bytes of a document, recording or film that the block carries beside its text."""
    image: Image | None = None
    """Set when `kind` is "image"."""
    origin: object = field(default=None, compare=False, repr=False)
    """The block it was read from; None where the content was a plain string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call as the model wrote it."""

    id: str
    """The provider's id; results point at it."""
    name: str
    """The tool's name."""
    arguments: str
    """Arguments as JSON text, byte for byte as they will be sent."""

    @property
    def text(self) -> str:
        """The call as it is counted: a line of its own."""
        return f"\n{self.name}({self.arguments})"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message: parts, calls and, for a tool result, the call it answers; derived facts are kept."""

    role: Role
    """Who speaks."""
    parts: tuple[Part, ...] = ()
    """Content blocks in order."""
    calls: tuple[ToolCall, ...] = ()
    """Tool calls of an assistant message."""
    call_id: str | None = None
    """Of a tool result: the id of its call."""
    error: bool = False
    """Of a tool result: whether the tool failed."""
    pinned: bool = False
    """Whether the user marked it as never to be touched."""
    aside: str = ""
    """Text that is sent beside the content and never touched, such as a provider's reasoning."""
    origin: object = field(default=None, compare=False, repr=False)
    """The message it was read from; None for messages that we issue."""

    @cached_property
    def text(self) -> str:
        """Text parts joined by newlines."""
        return "\n".join(part.text for part in self.parts if part.kind == "text")

    @cached_property
    def said(self) -> str:
        """Text and calls: everything of the message that is counted as text."""
        return self.text + "".join(call.text for call in self.calls)

    @property
    def size(self) -> int:
        """What remembering it takes, in characters: its texts, its files, and some for the rest."""
        files = sum(len(part.image.url) if part.image else part.payload for part in self.parts)
        return _ENTRY + len(self.said) + len(self.aside) + files

    @property
    def id(self) -> str:
        """What it is recalled by: the digest, so far as it tells the messages of a conversation apart."""
        return self.digest[:ID_DIGITS]

    @cached_property
    def digest(self) -> str:
        """A hash of what it says and who says it, whatever its id or place; 16 hexadecimal digits."""
        fields = [self.role, self.call_id or ""]
        for call in self.calls:
            fields += [call.id, call.name, call.arguments]
        for part in self.parts:
            fields += [part.kind, part.text, part.image.url if part.image else ""]
        hashed = blake2b(digest_size=8)
        for text in fields:
            data = text.encode("utf-8", "surrogatepass")
            hashed.update(len(data).to_bytes(8))
            hashed.update(data)
        return hashed.hexdigest()

    def with_parts(self, parts: tuple[Part, ...]) -> Self:
        """The same message with other content."""
        return replace(self, parts=parts)
