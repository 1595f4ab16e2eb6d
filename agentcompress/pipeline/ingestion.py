"""What is done to a tool result when it is first seen, without touching the prefix."""

from dataclasses import replace

from agentcompress.values import Criterion, Group, Pin, Plan, Strategy, scored

from .conversation import Conversation
from .focus import focus
from .planning import planned
from .recalls import asked


def ingest(
    conversation: Conversation, criterion: Criterion, strategy: Strategy, plan: Plan, *, share: int | None
) -> Plan:
    """The plan extended by views of new tool results: compact if asked for, condensed if over their share.

    The task, the call that asked for the result and the reasoning before it are the query.

    Args:
        conversation: The request.
        criterion: Scores segments.
        strategy: Chooses among those of one message.
        plan: Decisions so far; messages it names are left as they are.
        share: Tokens one result may take; None leaves large ones alone.
    """
    for group in conversation.new_groups:
        if group.pin is Pin.HARD:
            continue
        answers = asked(group, conversation.messages) if conversation.recallable else {}
        for index in group.messages:
            message, name = conversation.messages[index], conversation.names[index]
            if message.role != "tool" or name in plan.shown or name in plan.folded:
                continue
            if any(part.image for part in message.parts):
                # What it has just asked to see is seen in full.
                continue
            if index in answers:
                # It was asked for word for word; shortened at once, it would be asked for again.
                continue
            if conversation.lossless:
                plan = replace(plan, shown={**plan.shown, name: conversation.whole(index)})
            if share is None or conversation.cost(conversation.shown(index, plan)) <= share:
                continue
            alone = [Group(messages=(index,), step=group.step, error=group.error)]
            context = conversation.context(alone, focus(conversation.history, index))
            selection = strategy.select(context, scored(criterion, context), share)
            # A result of which nothing fits stays, empty: its call is still there.
            selection = replace(selection, groups=frozenset({0}))
            plan = planned(context, selection, conversation.names, plan, conversation.choose)
    return plan
