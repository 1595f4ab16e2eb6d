"""Runs as people have them: recorded trajectories, conversations, or exports of LangSmith."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentcompress.errors import InvalidInputError

from .conversation import form_of, read_conversation, revived
from .lines import STDIN, LineReader
from .reading import Trajectory, TrajectoryReader


class TraceReader(TrajectoryReader):
    """The runs of one file.

    Read are trajectories as for `replay`, one a line; runs that LangSmith exported, one a line, of which
    the longest of each trace tells the whole of it; and one conversation in any form that
    `compress` takes.
    """

    def __iter__(self) -> Iterator[Trajectory]:
        """Every run.

        Raises:
            InvalidInputError: A line holds none, or holds a tool result without its call; names the line.
        """
        first = self._first()
        if isinstance(first, dict) and ("inputs" in first or "outputs" in first):
            yield from self._traces()
        elif isinstance(first, dict) and isinstance(first.get("messages"), list):
            for record in self.records():
                named = {"id": f"{self._stem}:{self.line}", **record} if isinstance(record, dict) else record
                yield self._trajectory(_converted(named, self))
        else:
            messages = read_conversation(self.path).messages
            yield self._trajectory({"id": self._stem, "messages": _in_chat_format(messages)})

    def _first(self) -> Any:
        """The value of the first line, where it is one by itself; standard input can be read only once."""
        if self.path == STDIN:
            return {"messages": []}
        reader = LineReader(self.path)
        line = next((text for text in reader.texts() if text.strip()), "")
        try:
            return reader.parsed(line)
        except InvalidInputError:
            return None

    def _traces(self) -> Iterator[Trajectory]:
        longest: dict[str, tuple[int, list[dict[str, Any]]]] = {}
        for record in self.records():
            if not isinstance(record, dict):
                raise self.problem("a run of LangSmith must be an object", line=self.line)
            trace = str(record.get("trace_id") or record.get("id") or self.line)
            try:
                messages = _in_chat_format([_revived(one) for one in _messages_of_run(record)])
            except InvalidInputError as error:
                raise self.problem(str(error), line=self.line) from error
            if len(messages) > len(longest.get(trace, (0, []))[1]):
                longest[trace] = self.line, messages
        for trace, (line, messages) in longest.items():
            self.line = line
            yield self._trajectory({"id": trace, "messages": messages})


def _converted(record: Any, reader: LineReader) -> Any:
    """A trajectory's record in chat format."""
    messages = record.get("messages") if isinstance(record, dict) else None
    if not isinstance(messages, list) or all(form_of(message) == "openai" for message in messages):
        return record
    try:
        return {**record, "messages": _in_chat_format([_revived(message) for message in messages])}
    except InvalidInputError as error:
        raise reader.problem(str(error), line=reader.line) from error


def _messages_of_run(run: Mapping[str, Any]) -> list[Any]:
    """What a run was given and what it said: all messages of a graph, or a model's request and answer."""
    given, said = _listed(run.get("inputs")), _listed(run.get("outputs"))
    return said if given and said[: len(given)] == given else given + said


def _listed(side: Any) -> list[Any]:
    match side:
        case {"messages": [[*messages], *_]} | {"messages": [*messages]}:
            return list(messages)
        case {"generations": [[{"message": message}, *_], *_]} | {"output": dict(message)}:
            return [message]
        case {"choices": [{"message": message}, *_]}:
            return [message]
    return []


def _revived(record: Any) -> Any:
    return revived(record, form_of(record))


def _in_chat_format(messages: Sequence[Any]) -> list[dict[str, Any]]:
    """Messages of LangChain or of OpenAI's format in the latter."""
    if all(isinstance(message, dict) for message in messages):
        return list(messages)
    from langchain_core.messages import convert_to_openai_messages

    written: list[dict[str, Any]] = []
    for message in messages:
        plain = message if isinstance(message, dict) else convert_to_openai_messages(message)
        written.append(plain)
    return written
