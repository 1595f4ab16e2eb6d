"""What left the prompt earlier and matters again: at an eviction it comes back, at the prompt's end."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from agentcompress.values import Criterion, Group, Note, Pin, Plan, Strategy, atoms_of, scored

from .conversation import Conversation
from .digest import shortened
from .planning import by_message

_CONSIDERED = 64
"""Newest groups that are gone and looked at again: so an eviction takes no longer as a run goes on."""
_HEAD = 40
"""Tokens of the line above what comes back and the mark below it."""


def may_return(conversation: Conversation, plan: Plan) -> bool:
    """Whether the newest message is a tool result that may carry something, and something is gone.

    It was never sent before, so a line behind it leaves the prompt's prefix as it is.
    """
    newest = len(conversation.messages) - 1
    carries = conversation.messages[newest].role == "tool" and newest not in conversation.hard_indices
    return carries and bool(_gone(conversation, plan))


def returned(
    conversation: Conversation,
    criterion: Criterion,
    strategy: Strategy,
    *,
    query: str,
    gone: Plan,
    plan: Plan,
    limit: int,
) -> Plan:
    """A plan with a note behind the newest tool result of what is worth most of what is gone.

    Args:
        conversation: The request.
        criterion: Scores the segments that are gone.
        strategy: Chooses among them.
        query: What the next step is about.
        gone: The plan by which they left.
        plan: What is shown else.
        limit: Tokens of the whole request, never exceeded.
    """
    name = conversation.names[-1]
    if name in plan.folded:
        return plan
    views = conversation.render(plan)
    room = limit - conversation.size(views)
    if room <= 0:
        return plan
    context = conversation.context(_gone(conversation, gone), query)
    seen = frozenset(atom for view in views for atom in atoms_of(view.message.said))
    groups = [replace(group, overhead=_HEAD, atoms=()) for group in context.groups]
    context = replace(context, groups=groups, visible=context.visible | seen)
    selection = strategy.select(context, scored(criterion, context), room)
    shown = {
        message: {number: selection.renditions[index] for number, index in places.items()}
        for message, places in by_message(context, selection.renditions).items()
    }
    while shown:
        text = "\n".join(_line(conversation, message, forms) for message, forms in shown.items())
        note = Note(place="end", text=text)
        candidate = replace(plan, notes={**plan.notes, name: (*plan.notes.get(name, ()), note)})
        if conversation.size(conversation.render(candidate, plan)) <= limit:
            return candidate
        shown.pop(min(shown))
    return plan


def _gone(conversation: Conversation, plan: Plan) -> Sequence[Group]:
    """The newest groups that are gone, with nothing of them but what tools said."""
    messages = conversation.messages
    left = (group for group in reversed(conversation.groups) if conversation.has_left(group, plan))
    results = (
        replace(group, messages=tuple(i for i in group.messages if messages[i].role == "tool"), pin=Pin.NONE)
        for group in reversed(list(islice(left, _CONSIDERED)))
    )
    return [group for group in results if group.messages]


def _line(conversation: Conversation, index: int, forms: dict[int, int]) -> str:
    """What comes back of one tool result, under the call that it answers."""
    message = conversation.messages[index]
    earlier = (conversation.messages[place] for place in range(index - 1, -1, -1))
    calls = (call for one in earlier for call in one.calls if call.id == message.call_id)
    view = conversation.renderer.shown(message, conversation.choose(index, forms))
    call = next(calls, None)
    return f"[recalled from {shortened(call)}]\n{view.text}" if call else f"[recalled]\n{view.text}"
