"""What stays while it fits: what is asked for again and again, plan, error, last steps, older user turns."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from agentcompress.values import Group, Message, Pin

from .landmarks import Landmarks, tools_of

Essential = Mapping[int, tuple[int, ...]]
"""Index of a group's first message → indices of the messages that it is pinned for."""


def softly_pinned(
    groups: Sequence[Group],
    messages: Sequence[Message],
    landmarks: Landmarks,
    first_step: int,
    failed: Callable[[int], bool],
    asked_back: Collection[int],
    pictures: Sequence[int],
) -> list[Group]:
    """The groups with their soft pins.

    Args:
        groups: Those that are there and not hard-pinned, in order.
        messages: All messages.
        landmarks: Of all groups.
        first_step: The oldest step that is pinned.
        failed: Whether the tool result at an index is an error.
        asked_back: Indices of what the agent asked back and has not read yet, or asks for again and again.
        pictures: Indices of the messages with the newest images, once for each that is to be seen in full.
    """
    plan = _newest_plan(landmarks)
    error = _unresolved_error(landmarks, messages, failed)
    pinned = []
    for group in groups:
        first = group.messages[0]
        role = messages[first].role
        pin = Pin.NONE
        answers = tuple(i for i in group.messages if i in asked_back)
        # Without the words that asked, an agent does not know what the answer is for, and asks again.
        answers = (first, *answers) if answers else ()
        if answers:
            pin = Pin.RECALL
        elif first in plan:
            pin = Pin.PLAN
        elif first in error:
            pin = Pin.ERROR
        elif role == "assistant" and group.step >= first_step:
            pin = Pin.STEP
        elif role == "user":
            pin = Pin.TURN
        essential = answers or (*plan.get(first, ()), *error.get(first, ()))
        shown = tuple(i for i in pictures if i in group.messages)
        pinned.append(replace(group, pin=pin, essential=essential, pictures=shown))
    return pinned


def _newest_plan(landmarks: Landmarks) -> Essential:
    """The newest call that holds a list of things to do, else the newest of a tool named after one."""
    if landmarks.plan:
        return {landmarks.plan.messages[0]: ()}
    return {landmarks.planner.messages[0]: landmarks.planner.messages[1:]} if landmarks.planner else {}


def _unresolved_error(
    landmarks: Landmarks, messages: Sequence[Message], failed: Callable[[int], bool]
) -> Essential:
    """The newest errors of one group after which none of their tools succeeded."""
    newest = {group.messages[0]: group for group in landmarks.tools.values()}
    for first in sorted(newest, reverse=True):
        tools = tools_of(newest[first], messages)
        errors = tuple(i for i, tool in tools.items() if landmarks.tools[tool] is newest[first] and failed(i))
        if errors:
            return {first: errors}
    return {}
