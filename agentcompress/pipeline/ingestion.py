"""What is done to a large tool result when it is first seen, without touching the prefix."""

from agentcompress.values import Criterion, Group, Pin, Plan, Strategy

from .conversation import Conversation
from .focus import focus
from .planning import planned
from .scoring import scored


def ingest(
    conversation: Conversation, criterion: Criterion, strategy: Strategy, plan: Plan, *, share: int
) -> Plan:
    """The plan extended by condensed views of new tool results that are over their share.

    The task, the call that asked for the result and the reasoning before it are the query.

    Args:
        conversation: The request.
        criterion: Scores segments.
        strategy: Chooses among those of one message.
        plan: Decisions so far; messages it names are left as they are.
        share: Tokens one result may take.
    """
    for group in conversation.groups:
        if group.pin is Pin.HARD:
            continue
        for index in group.messages:
            message, name = conversation.messages[index], conversation.names[index]
            if message.role != "tool" or name in plan.shown or name in plan.folded:
                continue
            if conversation.cost(message) <= share:
                continue
            alone = [Group(messages=(index,), step=group.step, error=group.error)]
            context = conversation.context(alone, focus(conversation.messages[:index]))
            selection = strategy.select(context, scored(criterion, context), share)
            plan = planned(context, selection, conversation.names, plan, conversation.choose)
    return plan
