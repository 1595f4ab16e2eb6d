"""Messages → groups that stand or fall together, each with its pin."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from agentcompress.values import Group, Message, Pin, atoms_of


def groups_of(
    messages: Sequence[Message], keep_steps: int = 1, exclude_tools: Collection[str] = ()
) -> list[Group]:
    """The conversation as groups: a call with its results, or one message alone.

    Hard-pinned: system messages, the first and the newest user turn, what the user
    marked, excluded tools. Soft-pinned: older user turns and the last `keep_steps` steps.

    Args:
        messages: In order.
        keep_steps: How many of the newest steps are soft-pinned.
        exclude_tools: Names of tools whose groups are hard-pinned.
    """
    groups: list[Group] = []
    step = 0
    index = 0
    while index < len(messages):
        end = _group_end(messages, index)
        members = tuple(range(index, end))
        groups.append(
            Group(
                messages=members,
                step=step,
                error=any(messages[i].error for i in members),
                atoms=atoms_of("".join(call.text for call in messages[index].calls)),
            )
        )
        step += messages[index].role == "assistant"
        index = end
    return _pinned(messages, groups, step - keep_steps, exclude_tools)


def _group_end(messages: Sequence[Message], start: int) -> int:
    """Where the group that begins at `start` ends: behind the last result of its own calls."""
    ids = {call.id for call in messages[start].calls}
    end = start + 1
    if not ids:
        return end
    for index in range(end, len(messages)):
        if messages[index].role == "assistant":
            break
        if messages[index].role == "tool" and messages[index].call_id in ids:
            end = index + 1
    return end


def _pinned(
    messages: Sequence[Message], groups: list[Group], soft_from: int, exclude_tools: Collection[str]
) -> list[Group]:
    users = [i for i, message in enumerate(messages) if message.role == "user"]
    hard = {*users[:1], *users[-1:]}
    pinned = []
    for group in groups:
        pin = Pin.NONE
        first = messages[group.messages[0]]
        marked = any(i in hard or messages[i].pinned for i in group.messages)
        excluded = any(call.name in exclude_tools for call in first.calls)
        if marked or excluded or first.role == "system":
            pin = Pin.HARD
        elif first.role == "user" or (group.step >= soft_from and first.role == "assistant"):
            pin = Pin.SOFT
        pinned.append(replace(group, pin=pin, in_loop=group.messages[0] > max(users, default=-1)))
    return pinned
