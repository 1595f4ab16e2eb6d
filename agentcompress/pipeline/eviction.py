"""The global plan: what a request shows when it would be too large."""

from dataclasses import dataclass, replace

from agentcompress.errors import BudgetExceededError
from agentcompress.values import Criterion, Plan, Selection, Strategy

from .accounting import breakdown
from .conversation import Conversation
from .focus import focus
from .folding import notes_on
from .planning import planned
from .scoring import scored

_ATTEMPTS = 4
"""Corrections towards the target; after them the room shrinks until something fits."""
_SLACK = 0.005
"""Share of the target that may stay unused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eviction:
    """A global plan and how good it is."""

    plan: Plan
    """What is shown."""
    certificate: float | None = None
    """Share of the best possible value that the choice is sure to have, where it can be told."""


def evict(
    conversation: Conversation,
    criterion: Criterion,
    strategy: Strategy,
    plan: Plan,
    *,
    query: str | None,
    keep: float,
    ceiling: int,
) -> Eviction:
    """A new plan over everything that is not hard-pinned, down to low water.

    The strategy works on estimates; what it chose is rendered and counted, and the
    difference given back to it until the count fits.

    Args:
        conversation: The request.
        criterion: Scores its segments.
        strategy: Chooses among them.
        plan: Decisions so far.
        query: What the next step is about; None derives it from the messages.
        keep: Low water, as a share of what the hard pins leave of the ceiling.
        ceiling: Tokens never to exceed.

    Raises:
        BudgetExceededError: Hard pins alone exceed the ceiling.
    """
    fixed = conversation.fixed
    if fixed > ceiling:
        pinned = breakdown(conversation.hard, conversation.tool_tokens, conversation.cost)
        raise BudgetExceededError(ceiling, {**pinned, "declared constraints": conversation.declared_tokens})
    target = fixed + int(keep * (ceiling - fixed))
    # What left the prompt comes back at its end, by recall, and never in its middle: so an eviction
    # takes no longer after a thousand steps than after a hundred.
    loose = [
        group for group in conversation.loose if conversation.names[group.messages[0]] not in plan.folded
    ]
    declaring = {number for number, group in enumerate(loose) if group.messages[0] in conversation.declared}
    context = conversation.context(loose, focus(conversation.messages) if query is None else query)
    scores = scored(criterion, context)
    fresh = replace(plan, notes={}, evictions=plan.evictions + 1)
    best: tuple[int, Eviction] | None = None
    room = target - fixed
    attempt = 0
    while attempt < _ATTEMPTS or (best is None and room > 0):
        attempt += 1
        selection = strategy.select(context, scores, room)
        selection = replace(selection, groups=selection.groups | declaring)
        chosen = planned(context, selection, conversation.names, fresh, conversation.choose)
        candidate = _noted(conversation, chosen)
        tokens = conversation.total(conversation.render(candidate))
        if tokens <= target and (best is None or tokens > best[0]):
            best = (tokens, Eviction(plan=candidate, certificate=selection.certificate))
        if target - _SLACK * (target - fixed) <= tokens <= target:
            break
        room += target - tokens
        if attempt >= _ATTEMPTS:
            room -= room // 10 + 1
    if best is not None:
        return best[1]
    empty = Selection(renditions={}, groups=frozenset(declaring))
    nothing = planned(context, empty, conversation.names, fresh, conversation.choose)
    noted = _noted(conversation, nothing)
    # Where not even one line of ours fits beside the pins, the pins stand alone.
    return Eviction(plan=noted if conversation.total(conversation.render(noted)) <= ceiling else nothing)


def _noted(conversation: Conversation, plan: Plan) -> Plan:
    notes = notes_on(
        conversation.messages, conversation.names, plan.folded, conversation.hard_indices, conversation.cost
    )
    return replace(plan, notes=notes)
