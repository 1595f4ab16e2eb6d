"""Messages → groups that stand or fall together, the hard-pinned ones among them."""

from collections.abc import Collection, Sequence

from agentcompress.values import Group, Message, Pin


def groups_of(
    messages: Sequence[Message], exclude_tools: Collection[str] = (), behind: Group | None = None
) -> list[Group]:
    """The conversation, or its end, as groups: a call with its results, or one message alone.

    Hard-pinned: system messages, the first and the newest user turn, what the user
    marked, excluded tools.

    Args:
        messages: In order.
        exclude_tools: Names of tools whose groups are hard-pinned.
        behind: The newest closed group of a beginning that holds all user turns; None for the whole.
    """
    groups: list[Group] = []
    index = behind.messages[-1] + 1 if behind else 0
    step = behind.step + (messages[behind.messages[0]].role == "assistant") if behind else 0
    users = [i for i in range(index, len(messages)) if messages[i].role == "user"]
    hard = {*users[:1], *users[-1:]}
    last_user = max(users, default=-1)
    while index < len(messages):
        first = messages[index]
        members = tuple(range(index, _group_end(messages, index)))
        excluded = any(call.name in exclude_tools for call in first.calls)
        marked = any(i in hard or messages[i].pinned for i in members)
        groups.append(
            Group(
                messages=members,
                step=step,
                pin=Pin.HARD if excluded or marked or first.role == "system" else Pin.NONE,
                error=any(messages[i].error for i in members),
                in_loop=index > last_user,
            )
        )
        step += first.role == "assistant"
        index = members[-1] + 1
    return groups


def closed_groups(groups: Sequence[Group], messages: Sequence[Message]) -> int:
    """How many groups no further message can join: those before the newest turn of the agent's."""
    for place in range(len(groups) - 1, -1, -1):
        if messages[groups[place].messages[0]].role == "assistant":
            return place
    return 0


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
