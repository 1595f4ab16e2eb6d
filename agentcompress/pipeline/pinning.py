"""What stays while it fits: what is asked for again and again, plan, error, last steps, older user turns."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agentcompress.values import Group, Message, Pin, ToolCall

Essential = Mapping[int, tuple[int, ...]]
"""Index of a group → indices of its messages that it is pinned for."""

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


def softly_pinned(
    groups: Sequence[Group],
    messages: Sequence[Message],
    *,
    keep_steps: int,
    keep_images: int,
    failed: Callable[[int], bool],
    asked_back: Collection[int],
    left: Callable[[Group], bool],
) -> list[Group]:
    """The groups that are there and not hard-pinned, with their soft pins.

    Args:
        groups: All of them, in order.
        messages: All messages.
        keep_steps: How many of the newest steps are pinned.
        keep_images: How many of the newest messages that show an image are shown in full while they fit.
        failed: Whether the tool result at an index is an error.
        asked_back: Indices of what the agent asked back and has not read yet, or asks for again and again.
        left: Whether a group has left the prompt.
    """
    plan = _newest_plan(groups, messages)
    error = _unresolved_error(groups, messages, failed)
    pictures = [index for index in range(len(messages)) if any(part.image for part in messages[index].parts)]
    newest = frozenset(pictures[len(pictures) - keep_images :]) if keep_images else frozenset()
    first_step = sum(message.role == "assistant" for message in messages) - keep_steps
    pinned = []
    for index, group in enumerate(groups):
        if group.pin is Pin.HARD or left(group):
            continue
        role = messages[group.messages[0]].role
        pin = Pin.NONE
        answers = tuple(i for i in group.messages if i in asked_back)
        # Without the words that asked, an agent does not know what the answer is for, and asks again.
        answers = (group.messages[0], *answers) if answers else ()
        if answers:
            pin = Pin.RECALL
        elif index in plan:
            pin = Pin.PLAN
        elif index in error:
            pin = Pin.ERROR
        elif role == "assistant" and group.step >= first_step:
            pin = Pin.STEP
        elif role == "user":
            pin = Pin.TURN
        essential = answers or (*plan.get(index, ()), *error.get(index, ()))
        shown = tuple(i for i in group.messages if i in newest)
        pinned.append(replace(group, pin=pin, essential=essential, pictures=shown))
    return pinned


def _newest_plan(groups: Sequence[Group], messages: Sequence[Message]) -> Essential:
    """The newest call that holds a list of things to do, else the newest of a tool named after one.

    Only what the agent itself wrote tells: an output that looks like a plan pins nothing.
    """
    named: Essential = {}
    for index in range(len(groups) - 1, -1, -1):
        members = groups[index].messages
        calls = messages[members[0]].calls
        if groups[index].error:
            continue
        if any(map(_holds_plan, calls)):
            return {index: ()}
        if not named and any(_NAMED.search(_CAMEL.sub("_", call.name).lower()) for call in calls):
            named = {index: members[1:]}
    return named


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


def _unresolved_error(
    groups: Sequence[Group], messages: Sequence[Message], failed: Callable[[int], bool]
) -> Essential:
    """The newest errors of one group after which none of their tools succeeded."""
    succeeded: set[str] = set()
    for index in range(len(groups) - 1, -1, -1):
        first = groups[index].messages[0]
        names = {call.id: call.name for call in messages[first].calls}
        results = [i for i in groups[index].messages if messages[i].role == "tool"]
        tools = {i: names.get(messages[i].call_id or "", "") for i in results}
        errors = tuple(i for i, tool in tools.items() if tool not in succeeded and failed(i))
        if errors:
            return {index: errors}
        succeeded.update(tools.values())
    return {}
