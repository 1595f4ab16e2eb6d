"""What a model can find in the messages it is shown."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from .task import Subject

_SUBJECT = re.compile(
    r"class (?P<name>\w+) of package (?P<package>\w+), its method (?P<method>\w+), "
    r"the method (?P<base_method>\w+) of its first base class, and the constant (?P<constant>\w+)"
)
_RECALLED = re.compile(r"^\[[0-9a-f]{8}\] (?P<tool>\w+)(?P<call>\((?P<arguments>.*))?$", re.MULTILINE)
_OWN_WORDS = "assistant"
"""What stands instead of a call above a turn of the model's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A tool result with the call that asked for it."""

    tool: str
    """Name of the tool."""
    arguments: dict[str, Any]
    """What it was called with."""
    text: str
    """What is shown of the result."""


class Sight:
    """Looks things up in the visible messages and nowhere else.

    Attributes:
        subjects: The classes that the task names.
        last_said: The model's newest words.
        call_ids: The ids of its calls, in order.

    Args:
        messages: What the model is shown.
    """

    def __init__(self, messages: Sequence[BaseMessage]) -> None:
        self._outputs = list(_outputs(messages))
        turns = [message.text for message in messages if isinstance(message, AIMessage)]
        self._said = "\n".join(turns)
        self._noted = [self._said, *(one.text for one in self._outputs if one.tool == _OWN_WORDS)]
        self.call_ids = [
            str(call["id"]) for m in messages if isinstance(m, AIMessage) for call in m.tool_calls
        ]
        self.last_said = turns[-1] if turns else ""
        task = next((message.text for message in messages if isinstance(message, HumanMessage)), "")
        self.subjects = [Subject(**match.groupdict()) for match in _SUBJECT.finditer(task)]

    def find_said(self, pattern: str) -> re.Match[str] | None:
        """The first match, line by line, in the model's own words, those that were asked back included."""
        return next((found for words in self._noted for found in re.finditer(pattern, words, re.M)), None)

    def find_all_said(self, pattern: str) -> Iterator[re.Match[str]]:
        """All matches in the model's own words."""
        return re.finditer(pattern, self._said, re.MULTILINE)

    def find(self, tool: str, pattern: str, **arguments: str) -> re.Match[str] | None:
        """The first match, line by line, in the newest result of such a call that has one."""
        return next(self.find_all(tool, pattern, **arguments), None)

    def find_all(self, tool: str, pattern: str, **arguments: str) -> Iterator[re.Match[str]]:
        """All matches in all results of such calls, newest result first."""
        for output in reversed(self._outputs):
            if output.tool == tool and arguments.items() <= output.arguments.items():
                yield from re.finditer(pattern, output.text, re.MULTILINE)

    def read(self, package: str) -> Iterator[str]:
        """Paths of the files of a package that were read, the newest first."""
        paths = (str(one.arguments.get("path")) for one in reversed(self._outputs) if one.tool == "read_file")
        return (path for path in dict.fromkeys(paths) if path.startswith(f"{package}/"))


def _outputs(messages: Sequence[BaseMessage]) -> Iterator[Output]:
    calls = {}
    for message in messages:
        if isinstance(message, AIMessage):
            calls.update({call["id"]: call for call in message.tool_calls})
        elif isinstance(message, ToolMessage) and message.tool_call_id in calls:
            call = calls[message.tool_call_id]
            yield Output(tool=call["name"], arguments=call["args"], text=message.text)
            if call["name"] == "recall":
                yield from _recalled(message.text)


def _recalled(answer: str) -> Iterator[Output]:
    """The results that an answer of `recall` quotes, each under the call it answers."""
    heads = [*_RECALLED.finditer(answer)]
    for head, after in zip_longest(heads, heads[1:]):
        arguments: dict[str, Any] = {}
        with suppress(ValueError):  # a long call is quoted in part
            arguments = json.loads(head["arguments"].removesuffix(")")) if head["call"] else {}
        yield Output(
            tool=head["tool"], arguments=arguments, text=answer[head.end() : after and after.start()]
        )
