"""The global plan: what a request shows when it would be too large."""

from dataclasses import replace

from agentcompress.errors import BudgetExceededError
from agentcompress.values import Criterion, Pin, Plan, Selection, Strategy

from .accounting import breakdown
from .conversation import Conversation
from .focus import focus
from .folding import notes_on
from .planning import planned

_ATTEMPTS = 4
_SLACK = 0.005
"""Share of the target that may stay unused."""


def evict(
    conversation: Conversation,
    criterion: Criterion,
    strategy: Strategy,
    plan: Plan,
    *,
    query: str | None,
    target: int,
    ceiling: int,
) -> Plan:
    """A new plan over everything that is not hard-pinned, within the target where the pins allow it.

    The strategy works on estimates; what it chose is rendered and counted, and the
    difference given back to it until the count fits.

    Args:
        conversation: The request.
        criterion: Scores its segments.
        strategy: Chooses among them.
        plan: Decisions so far.
        query: What the next step is about; None derives it from the messages.
        target: Tokens to stay within.
        ceiling: Tokens never to exceed.

    Raises:
        BudgetExceededError: Hard pins alone exceed the ceiling.
    """
    fixed = conversation.total(conversation.hard)
    if fixed > ceiling:
        raise BudgetExceededError(
            ceiling, breakdown(conversation.hard, conversation.tool_tokens, conversation.cost)
        )
    if fixed >= target:
        target = ceiling
    loose = [group for group in conversation.groups if group.pin is not Pin.HARD]
    context = conversation.context(loose, focus(conversation.messages) if query is None else query)
    scores = criterion.score(context)
    fresh = replace(plan, notes={}, evictions=plan.evictions + 1)
    best: tuple[int, Plan] | None = None
    room = target - fixed
    for _ in range(_ATTEMPTS):
        selection = strategy.select(context, scores, room)
        candidate = _noted(conversation, planned(context, selection, conversation.names, fresh))
        tokens = conversation.total(conversation.render(candidate))
        if tokens <= target and (best is None or tokens > best[0]):
            best = (tokens, candidate)
        if target - _SLACK * (target - fixed) <= tokens <= target:
            break
        room += target - tokens
    if best is not None:
        return best[1]
    nothing = planned(context, Selection(renditions={}, groups=frozenset()), conversation.names, fresh)
    noted = _noted(conversation, nothing)
    # Where not even one line of ours fits beside the pins, the pins stand alone.
    return noted if conversation.total(conversation.render(noted)) <= ceiling else nothing


def _noted(conversation: Conversation, plan: Plan) -> Plan:
    notes = notes_on(conversation.messages, conversation.names, plan.folded, conversation.cost)
    return replace(plan, notes=notes)
