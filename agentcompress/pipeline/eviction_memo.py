"""Global plans made before: what is asked for twice, or tried again, gets its own without the work."""

import json
from collections.abc import Callable, Hashable
from dataclasses import replace

from agentcompress.recent import Recent
from agentcompress.values import Budget, Plan

from .conversation import Conversation
from .eviction import Eviction

_REMEMBERED = 32


class EvictionMemo:
    """Remembers the newest evictions; thread-safe."""

    def __init__(self) -> None:
        self._made = Recent[Hashable, Eviction](_REMEMBERED)

    def get(
        self,
        conversation: Conversation,
        plan: Plan,
        *,
        budget: Budget,
        query: str | None,
        make: Callable[[], Eviction],
    ) -> Eviction:
        """The eviction of a request.

        Args:
            conversation: The request.
            plan: The plan from before.
            budget: What it is to fit in.
            query: What the next step is about.
            make: Makes it of these, where it is not remembered.
        """
        # What it depends on is all in the key: threads that share a memo learn nothing from each other.
        key = (
            budget,
            conversation.history.key,
            conversation.tool_tokens,
            query,
            plan.folded,
            json.dumps(replace(plan, folded=frozenset()).to_dict()),
        )
        return self._made.get_or_make(key, make)
