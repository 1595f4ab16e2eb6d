"""What a model can find in the messages it is shown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from .task import Subject

_SUBJECT = re.compile(
    r"class (?P<name>\w+) of package (?P<package>\w+), its method (?P<method>\w+), "
    r"the method (?P<base_method>\w+) of its first base class, and the constant (?P<constant>\w+)"
)


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

    Args:
        messages: What the model is shown.
    """

    def __init__(self, messages: Sequence[BaseMessage]) -> None:
        self._outputs = list(_outputs(messages))
        self._said = "\n".join(message.text for message in messages if isinstance(message, AIMessage))
        task = next((message.text for message in messages if isinstance(message, HumanMessage)), "")
        self.subjects = [Subject(**match.groupdict()) for match in _SUBJECT.finditer(task)]

    def called(self, tool: str, arguments: dict[str, Any]) -> bool:
        """Whether such a call with a result is in sight."""
        return any(output.tool == tool and output.arguments == arguments for output in self._outputs)

    def find_said(self, pattern: str) -> re.Match[str] | None:
        """The first match, line by line, in the model's own words."""
        return next(self.find_all_said(pattern), None)

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


def _outputs(messages: Sequence[BaseMessage]) -> Iterator[Output]:
    calls = {}
    for message in messages:
        if isinstance(message, AIMessage):
            calls.update({call["id"]: call for call in message.tool_calls})
        elif isinstance(message, ToolMessage) and message.tool_call_id in calls:
            call = calls[message.tool_call_id]
            yield Output(tool=call["name"], arguments=call["args"], text=message.text)
