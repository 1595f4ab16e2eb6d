"""What is known of a conversation's messages, whatever becomes of them."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Self

from agentcompress.values import Group, Message

from .fingerprint import fingerprints
from .grouping import closed_groups, groups_of


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Messages with their names, tokens and groups; a longer history is made from a shorter one."""

    messages: Sequence[Message] = ()
    """The originals."""
    names: Sequence[str] = ()
    """Their fingerprints, shape (messages,)."""
    tokens: Sequence[int] = ()
    """What each takes, shape (messages,)."""
    groups: Sequence[Group] = ()
    """What stands or falls together."""
    turns: Sequence[Group] = ()
    """Those of the groups that are a turn of the user's."""
    said: Counter[str] = field(default_factory=Counter)
    """Digest → how many of the messages say this."""
    size: int = 0
    """What remembering them takes, in characters."""

    def extended(
        self,
        messages: Sequence[Message],
        *,
        cost: Callable[[Message], int],
        exclude_tools: Collection[str] = (),
    ) -> Self:
        """The history with further messages behind it; only these are read and counted.

        A further user turn is the exception: it changes which turns are pinned, and so all groups.

        Args:
            messages: What comes behind.
            cost: Tokens of a message.
            exclude_tools: Tools whose calls and results are never touched.
        """
        whole = [*self.messages, *messages]
        said = self.said.copy()
        closed = closed_groups(self.groups, self.messages)
        start = closed[-1].messages[-1] + 1 if closed else 0
        turned = any(message.role == "user" for message in whole[start:])
        groups = groups_of(whole, exclude_tools, before=() if turned else closed)
        turns = (
            [group for group in groups if whole[group.messages[0]].role == "user"] if turned else self.turns
        )
        return type(self)(
            messages=whole,
            names=[*self.names, *fingerprints(messages, said)],
            tokens=[*self.tokens, *map(cost, messages)],
            groups=groups,
            turns=turns,
            said=said,
            size=self.size + sum(message.size for message in messages),
        )
