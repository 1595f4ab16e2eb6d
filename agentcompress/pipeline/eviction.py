"""The global plan: what a request shows when it would be too large."""

from dataclasses import dataclass, replace

from agentcompress.errors import BudgetExceededError
from agentcompress.tokens import PriceModel
from agentcompress.values import Criterion, Plan, Selection, Strategy, prepared

from .accounting import breakdown
from .changes import Changes
from .conversation import Conversation
from .economy import first_edit, growth, low_water
from .focus import focus
from .folding import notes_on
from .foremost import Foreground
from .planning import planned
from .returning import may_return, returned
from .scoring import judged

_ATTEMPTS = 4
"""Corrections towards the target; after them the room shrinks until something fits."""
_SLACK = 0.005
"""Share of the target that may stay unused."""

_DIGEST = 0.02
"""Share of the target that may go to saying what was done in what is gone."""
_RETURNED = 0.05
"""Share of the target that may go to what left earlier and matters again."""


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
    returning: Strategy,
    plan: Plan,
    *,
    query: str | None,
    keep: float | None,
    trigger: float,
    ceiling: int,
    prices: PriceModel,
) -> Eviction:
    """A new plan over everything that is not hard-pinned, down to low water.

    Where a prompt cache makes it dear to rewrite the oldest of what is shown, that stays
    as it is, and the choice is among the rest.

    Args:
        conversation: The request.
        criterion: Scores its segments.
        strategy: Chooses among them.
        returning: Chooses among what left earlier.
        plan: Decisions so far.
        query: What the next step is about; None derives it from the messages.
        keep: Low water, as a share of what the hard pins leave of the ceiling; None for where the
            eviction pays back.
        trigger: High water, as a share of the same.
        ceiling: Tokens never to exceed.
        prices: What reading and writing the prompt cache costs.

    Raises:
        BudgetExceededError: Hard pins alone exceed the ceiling.
    """
    fixed = conversation.fixed
    if fixed > ceiling:
        pinned = breakdown(conversation.hard, conversation.tool_tokens, conversation.cost)
        raise BudgetExceededError(ceiling, {**pinned, "declared constraints": conversation.declared_tokens})
    room = ceiling - fixed
    pace = growth(conversation, plan)
    high = int(trigger * room)
    kept = low_water(high, pace, prices) if keep is None else int(keep * room)
    query = focus(conversation.history, len(conversation.messages)) if query is None else query
    back = int(_RETURNED * kept) if may_return(conversation, plan) else 0
    evictor = _Evictor(
        conversation=conversation,
        criterion=criterion,
        strategy=strategy,
        plan=plan,
        query=query,
        target=fixed + kept - back,
        ceiling=ceiling,
    )
    made = evictor.evicted()
    if made is None:
        return Eviction(plan=evictor.nothing())
    if prices.rewrite > 0 and kept < high:
        calls = (high - kept) / pace
        start = first_edit(conversation, plan, made.plan, calls=calls, room=kept, prices=prices)
        cheaper = evictor.evicted(start) if start else None
        if cheaper and conversation.pictured(cheaper.plan) >= conversation.pictured(made.plan):
            made = cheaper
    made = replace(made, plan=conversation.held(made.plan, plan))
    if not back:
        return made
    limit = fixed + kept
    after = returned(conversation, criterion, returning, query=query, gone=plan, plan=made.plan, limit=limit)
    return replace(made, plan=after)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evictor:
    conversation: Conversation
    criterion: Criterion
    strategy: Strategy
    plan: Plan
    query: str
    target: int
    """Tokens of the whole request; the newest images may take more."""
    ceiling: int
    """Tokens never to exceed."""

    def evicted(self, start: int = 0) -> Eviction | None:
        """The best plan that fits the target and leaves the messages before `start` as they are shown.

        The strategy works on estimates; what it chose is rendered and counted, and the
        difference given back to it until the count fits. None where nothing does.
        """
        conversation, fixed, changes = self.conversation, self._fixed(start), self._changes(start)
        context = changes.context
        first = Foreground(
            conversation=conversation,
            context=context,
            planned=lambda selection: self._planned(changes, selection, start, 0),
            after=self.plan,
            fixed=fixed,
            ceiling=self.ceiling,
        ).foremost()
        target, least = self.target, 0
        if first:
            target, least, context = max(target, first.tokens), first.tokens - fixed, first.priced(context)
        context, scores = judged(self.criterion, context)
        select = prepared(self.strategy, context, scores)
        room = allowed = target - fixed
        digest = int(_DIGEST * (allowed - least))
        best: tuple[int, Eviction] | None = None
        attempt = 0
        while room > least and (attempt < _ATTEMPTS or best is None):
            attempt += 1
            selection = first.within(select(room)) if first else select(room)
            candidate = self._planned(changes, selection, start, digest)
            tokens = conversation.size(conversation.render(candidate, self.plan))
            if tokens <= target and (best is None or tokens > best[0]):
                best = (tokens, Eviction(plan=candidate, certificate=selection.certificate))
            if target - _SLACK * allowed <= tokens <= target:
                break
            room += target - tokens
            if attempt >= _ATTEMPTS:
                # A little less first: much less would lose an image that fits for a line that does not.
                room -= (room - least) // max(2, 64 >> (attempt - _ATTEMPTS)) + 1
        if best:
            return best[1]
        return Eviction(plan=first.plan) if first else None

    def nothing(self) -> Plan:
        """The plan that shows nothing but hard pins; they stand alone where no line of ours fits beside."""
        conversation, changes = self.conversation, self._changes(0)
        empty = Selection(renditions={}, groups=frozenset())
        noted = self._planned(changes, empty, 0, 0)
        fits = conversation.size(conversation.render(noted, self.plan)) <= self.ceiling
        return noted if fits else replace(noted, notes={})

    def _changes(self, start: int) -> Changes:
        # What left the prompt comes back at its end, by recall, and never in its middle: so an eviction
        # takes no longer after a thousand steps than after a hundred.
        conversation = self.conversation
        loose = [group for group in conversation.loose(self.plan) if group.messages[0] >= start]
        context = conversation.context(loose, self.query)
        return Changes.of(context, conversation, conversation.there(self.plan))

    def _fixed(self, start: int) -> int:
        """Tokens of what cannot change: hard pins, and what is shown of the messages before `start`."""
        conversation = self.conversation
        standing = (view for view in conversation.render(self.plan) if view.of < start)
        # A note of ours may stand before a hard pin.
        loose = (
            view.tokens
            for view in standing
            if view.of not in conversation.hard_indices or view.message.origin is None
        )
        return conversation.fixed + sum(loose)

    def _planned(self, changes: Changes, selection: Selection, start: int, digest: int) -> Plan:
        context = replace(changes.context, segments=changes.named(selection))
        conversation, names, notes = self.conversation, self.conversation.names, self.plan.notes
        noted = (view.of for view in conversation.render(self.plan) if view.of < start)
        earlier = {names[index]: notes[names[index]] for index in noted if names[index] in notes}
        declaring = {
            number
            for number, group in enumerate(context.groups)
            if group.messages[0] in conversation.declared
        }
        selection = replace(selection, groups=selection.groups | declaring)
        fresh = replace(self.plan, evictions=self.plan.evictions + 1)
        chosen = planned(context, selection, names, fresh, conversation.choose)
        later = notes_on(
            conversation.history,
            (index for index in conversation.there(self.plan) if names[index] not in chosen.folded),
            conversation.hard_indices,
            start=start,
            room=digest,
            renderer=conversation.renderer,
            text_cost=conversation.counter.text,
        )
        return replace(chosen, notes={**earlier, **later})
