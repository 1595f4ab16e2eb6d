"""One conversation in any of the forms that people keep them in."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from agentcompress.errors import InvalidInputError, UnsupportedContentError
from agentcompress.messages import codec_for

from .lines import LineReader
from .pairs import first_pair_problem

Form = Literal["openai", "langchain", "dumped", "serialized"]
"""OpenAI chat format; LangChain's `messages_to_dict`, `model_dump` and `dumpd`."""
_ARRAY = re.compile(r'\A\s*\[|"messages"\s*:\s*\[')
_GAP = re.compile(r"[\s,]*")
_SHAPES = "a list of messages, an object with messages, or one message a line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The messages of a file, and how to write others in the same form."""

    messages: list[Any]
    """OpenAI dictionaries or LangChain messages."""
    form: Form = "openai"
    """How one message is written."""
    lines: bool = False
    """Whether each message has a line of its own."""
    envelope: dict[str, Any] | None = None
    """The object around the messages, if there is one."""

    @property
    def tools(self) -> list[Any]:
        """The tool schemas beside the messages: they are sent, so they count."""
        return list((self.envelope or {}).get("tools") or ())

    @property
    def model(self) -> str | None:
        """The model named beside the messages."""
        model = (self.envelope or {}).get("model")
        return model if isinstance(model, str) else None

    def plain(self, messages: Sequence[Any]) -> list[Any]:
        """Messages as JSON-ready objects of this file's form."""
        if self.form == "openai":
            return list(messages)
        if self.form == "langchain":
            from langchain_core.messages import messages_to_dict

            return messages_to_dict(messages)
        if self.form == "dumped":
            return [message.model_dump() for message in messages]
        from langchain_core.load import dumpd

        return [dumpd(message) for message in messages]

    def dumps(self, messages: Sequence[Any]) -> str:
        """Messages as the text of a file like the one that was read, closed by a newline."""
        plain = self.plain(messages)
        if self.lines:
            return "".join(_text(message) + "\n" for message in plain)
        whole = plain if self.envelope is None else {**self.envelope, "messages": plain}
        return _text(whole, indent=2) + "\n"


def read_conversation(path: str) -> Conversation:
    """The conversation of a file: OpenAI chat JSON, LangChain messages JSON, or JSONL of either.

    Args:
        path: The file, gzip or not; ``-`` is standard input.

    Raises:
        InvalidInputError: It holds no conversation, or a tool result without its call; names the line.
    """
    reader = LineReader(path)
    texts = list(reader.texts())
    filled = [number for number, text in enumerate(texts, start=1) if text.strip()]
    if not filled:
        raise reader.problem("is empty")
    if _is_lines(texts[filled[0] - 1]):
        records = [reader.parsed(texts[number - 1], line=number) for number in filled]
        return _checked(reader, Conversation(messages=records, lines=True), filled.__getitem__)
    whole = "".join(texts)
    if _is_lines(texts[filled[0] - 1], inside="messages") and len(filled) > 1:
        raise reader.problem("holds more than one conversation: replay reads those", line=filled[1])
    found = reader.parsed(whole)
    envelope = found if isinstance(found, dict) else None
    messages = found.get("messages") if isinstance(found, dict) else found
    if envelope and not isinstance(envelope.get("tools") or [], list):
        raise reader.problem("tools must be a list of schemas", line=1)
    if not isinstance(messages, list) or not messages:
        raise reader.problem(f"holds no conversation: that is {_SHAPES}", line=1)
    return _checked(reader, Conversation(messages=messages, envelope=envelope), lambda i: _line_of(whole, i))


def _text(value: Any, indent: int | None = None) -> str:
    """JSON as people read it; escaped only where UTF-8 cannot hold it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def _is_lines(first: str, *, inside: str | None = None) -> bool:
    """Whether the first line is a whole JSON object: a message, or one that holds `inside`."""
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and (inside in value if inside else "messages" not in value)


def _checked(reader: LineReader, raw: Conversation, line_of: Callable[[int], int]) -> Conversation:
    """The conversation with its messages revived, if they are sound.

    Args:
        reader: Where it comes from.
        raw: Its messages as JSON objects.
        line_of: Message index → the line it begins on.

    Raises:
        InvalidInputError: One of them is not; names the line.
    """
    form = form_of(raw.messages[0])
    messages = []
    views = []
    for index, record in enumerate(raw.messages):
        try:
            message = revived(record, form)
            views.append(codec_for([message]).read(message))
        except (UnsupportedContentError, InvalidInputError) as error:
            raise reader.problem(f"message {index}: {error}", line=line_of(index)) from error
        messages.append(message)
    if problem := first_pair_problem(views):
        raise reader.problem(problem[1], line=line_of(problem[0]))
    return Conversation(messages=messages, form=form, lines=raw.lines, envelope=raw.envelope)


def form_of(record: Any) -> Form:
    """How a message is written."""
    match record:
        case {"lc": _, "kwargs": _}:
            return "serialized"
        case {"type": _, "data": _}:
            return "langchain"
        case {"type": str(), "content": _} if "role" not in record:
            return "dumped"
        case _:
            return "openai"


def revived(record: Any, form: Form) -> Any:
    """A message as the engine reads it, from JSON of a form.

    Raises:
        InvalidInputError: It is none, or of another form.
    """
    if form_of(record) != form:
        raise InvalidInputError("is written in another form than the first message")
    if form == "openai":
        if not isinstance(record, dict):
            raise InvalidInputError("must be an object with a role")
        return record
    from langchain_core.messages import messages_from_dict

    if form == "serialized":
        # LangChain's own loader can revive far more than messages; a file need not be trusted with that.
        record = {"type": _type_name(record), "data": record["kwargs"]}
    if form == "dumped":
        record = {"type": record["type"], "data": record}
    try:
        return messages_from_dict([record])[0]
    except (ValueError, KeyError, TypeError) as error:
        first = (str(error) or type(error).__name__).splitlines()[0]
        raise InvalidInputError(f"is no LangChain message: {first}") from error


def _type_name(record: dict[str, Any]) -> str:
    """LangChain's short name for a class: "HumanMessage" is "human"."""
    path = record.get("id")
    name = str(path[-1]) if isinstance(path, list) and path else ""
    return name.removesuffix("Message").lower() if name.endswith("Message") else name


def _line_of(text: str, index: int) -> int:
    """The line a message of a JSON text begins on."""
    array = _ARRAY.search(text)
    start = next(islice(_starts(text, array.end()), index, None), 0) if array else 0
    return text.count("\n", 0, start) + 1


def _starts(text: str, at: int) -> Iterator[int]:
    """Where each element of a JSON array begins; `at` is just behind its bracket."""
    decoder = json.JSONDecoder()
    while gap := _GAP.match(text, at):
        yield gap.end()
        try:
            _, at = decoder.raw_decode(text, gap.end())
        except ValueError:
            return
