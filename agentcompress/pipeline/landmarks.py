"""What is looked for in all that was said, however long ago: found once, group by group."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from agentcompress.values import RECALL, Group, Message, ToolCall

_STATES = re.compile(
    r"pending|to[ _-]?do|open|not[ _-]?started|in[ _-]?progress|completed?|done|cancell?ed|blocked|true|false"
)
_STATE = ("status", "state", "done", "completed")
"""Names by which an item says how far it is."""
_NAMED = re.compile(
    r"to_?dos?(?![a-z])|check_?list|task_?list"
    r"|(?:write|update|create|make|set|save|edit|revise|submit|read|get|show)_?plan(?![a-z])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """The groups of a conversation that later ones look back at.

    Only what the agent itself wrote tells: an output that looks like a plan is none.
    """

    plan: Group | None = None
    """The newest that holds a list of things to do."""
    planner: Group | None = None
    """The newest that calls a tool named after such a list."""
    tools: Mapping[str, Group] = field(default_factory=dict)
    """Tool → the newest with a result of it."""
    recalls: Sequence[Group] = ()
    """All that ask something back."""

    def passed(self, groups: Sequence[Group], messages: Sequence[Message]) -> Self:
        """The landmarks behind further groups.

        Args:
            groups: What comes behind, in order.
            messages: All messages.
        """
        plan, planner, tools, recalls = self.plan, self.planner, dict(self.tools), list(self.recalls)
        for group in groups:
            calls = messages[group.messages[0]].calls
            if not group.error and any(map(_holds_plan, calls)):
                plan = group
            if not group.error and any(map(_is_planner, calls)):
                planner = group
            if any(call.name == RECALL for call in calls):
                recalls.append(group)
            tools |= dict.fromkeys(tools_of(group, messages).values(), group)
        return type(self)(plan=plan, planner=planner, tools=tools, recalls=recalls)


def tools_of(group: Group, messages: Sequence[Message]) -> Mapping[int, str]:
    """Index of a tool result → the tool; empty where no call of the group tells."""
    names = {call.id: call.name for call in messages[group.messages[0]].calls}
    results = (index for index in group.messages if messages[index].role == "tool")
    return {index: names.get(messages[index].call_id or "", "") for index in results}


def _is_planner(call: ToolCall) -> bool:
    return bool(_NAMED.search(_CAMEL.sub("_", call.name).lower()))


def _holds_plan(call: ToolCall) -> bool:
    if not any(name in call.arguments for name in _STATE):
        return False
    arguments = _read(call.arguments)
    lists = arguments.values() if isinstance(arguments, dict) else ()
    return any(_is_plan(_read(value) if isinstance(value, str) else value) for value in lists)


def _is_plan(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_has_state, value))


def _has_state(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    return any(_STATES.fullmatch(str(item[name]).lower()) for name in _STATE if name in item)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
