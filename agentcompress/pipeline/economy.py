"""What an eviction costs under a prompt cache, and where it pays back.

An edit rewrites everything behind it: written anew, a token costs `rewrite` times what
reading it from the cache would have cost. What the edit removes is no longer read at every
call to come. So removing Δ tokens and rewriting T pays back after rewrite · T / Δ calls.
"""

from itertools import islice
from math import sqrt

from agentcompress.tokens import PriceModel
from agentcompress.values import Pin, Plan

from .changes import leaning
from .conversation import Conversation
from .folding import torn

_RECENT = 8
"""Newest groups that tell how fast a conversation grows."""
_SHALLOWEST, _DEEPEST = 0.8, 0.6
"""Low water, whatever the prices: room for some calls is left, and most of what was chosen stays.
Below 0.6 recorded runs lost five points of tool-only atoms and saved a fifth of the cost."""
_OLD = 0.5
"""Share of the target that may stay as it was at an eviction: the rest is for what is new. On recorded
runs that outgrow 4,000 to 16,000 tokens 0.5 cost 1 to 3% less than 0.3 and kept as many tool-only atoms (0.2
points fewer to 0.1 more); 0.7 cost 3 to 8% less than 0.3 and lost 0.2 to 2.8 points of them."""


def growth(conversation: Conversation, plan: Plan) -> float:
    """Tokens that a step adds to the prompt, by the newest ones."""
    free = (group for group in reversed(conversation.groups) if group.pin is not Pin.HARD)
    newest = list(islice(free, _RECENT))
    steps = len({group.step for group in newest})
    taken = conversation.taken(plan)
    return max(1.0, sum(taken[i] for group in newest for i in group.messages) / max(1, steps))


def low_water(room: int, growth: float, prices: PriceModel) -> int:
    """Tokens that stay at an eviction, so that it has paid back when the next one comes.

    With growth g the next one comes after Δ / g calls, so Δ² = rewrite · g · (room - Δ) · (1 - old),
    where the oldest part of what stays need not be rewritten.

    Args:
        room: Tokens that hard pins leave of the ceiling.
        growth: Tokens that a call adds.
        prices: What reading and writing the cache costs.
    """
    dear = prices.rewrite * growth * (1 - _OLD)
    removed = (sqrt(dear * dear + 4 * dear * room) - dear) / 2
    return int(min(max(room - removed, _DEEPEST * room), _SHALLOWEST * room))


def first_edit(
    conversation: Conversation, before: Plan, after: Plan, *, calls: float, room: int, prices: PriceModel
) -> int:
    """Index of the first message that may change, so that earlier edits, which do not pay back, stay undone.

    Leaving the oldest messages as they are saves their rewriting. It costs the room that
    editing them would have made: its tokens are read at every call until the next eviction, and as
    many newer ones left out for them, which the agent may have to fetch again, at the price of writing.

    Args:
        conversation: The request.
        before: What is shown now.
        after: What would be shown if everything were decided anew.
        calls: How many calls come before the next eviction.
        room: Tokens that will be shown of what is not hard-pinned.
        prices: What reading and writing the cache costs.
    """
    best, start = 0.0, 0
    held = shown = 0
    within = torn(conversation.history, conversation.there(before), conversation.hard_indices)
    within += leaning(conversation, before)
    was, will = conversation.taken(before), conversation.taken(after)
    for group in conversation.history.containing({*was, *will}):
        following = group.messages[-1] + 1
        if following == len(conversation.messages):
            break
        old, new = sum(was[i] for i in group.messages), sum(will[i] for i in group.messages)
        if old == new and not held:
            continue
        held += old
        shown += new
        if held > _OLD * room:
            break
        room_price = prices.read * calls + prices.write
        saved = (prices.write - prices.read) * held - room_price * (held - shown)
        if saved > best and not any(following in span for span in within):
            best, start = saved, following
    return start
