"""What is known of a conversation's messages, whatever becomes of them."""

from bisect import bisect, bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import accumulate, islice
from typing import Self

from agentcompress.values import Group, Message, Pin

from .fingerprint import fingerprints
from .grouping import closed_groups, groups_of
from .grown import Grown, Tally
from .landmarks import Landmarks


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Messages with their names, tokens and groups; a longer history is made from a shorter one."""

    messages: Grown[Message] = field(default_factory=Grown)
    """The originals."""
    names: Grown[str] = field(default_factory=Grown)
    """Their fingerprints, shape (messages,)."""
    groups: Grown[Group] = field(default_factory=Grown)
    """What stands or falls together."""
    known: int = 0
    """How many of the groups the shorter history had as they are."""
    landmarks: Landmarks = field(default_factory=Landmarks)
    """Those of the groups that are known."""
    turns: Sequence[Group] = ()
    """Those of the groups that have a turn of the user's."""
    hard: Sequence[int] = ()
    """Indices of the messages that are never touched."""
    taken: Grown[int] = field(default_factory=Grown)
    """Tokens of each message and all before it, shape (messages,)."""
    said: Tally = field(default_factory=Tally)
    """How often each digest came."""
    key: bytes = b""
    """A hash of all that decisions depend on: what messages say, take and are marked as."""
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
        whole = self.messages.followed_by(messages)
        tokens = list(map(cost, messages))
        taken = accumulate(tokens, initial=self.taken[-1] if self.taken else 0)
        known = closed_groups(self.groups, self.messages)
        start = self.groups[known].messages[0] if known else 0
        turned = any(message.role == "user" for message in whole[start:])
        if turned:
            known = start = 0
        closed = self.groups.beginning(known)
        new = groups_of(whole, exclude_tools, closed[-1] if known else None)
        hard = (index for group in new if group.pin is Pin.HARD for index in group.messages)
        landmarks = Landmarks() if turned else self.landmarks.passed(closed[self.known :], whole)
        return type(self)(
            messages=whole,
            names=self.names.followed_by(fingerprints(messages, self.said)),
            groups=closed.followed_by(new),
            known=known,
            landmarks=landmarks,
            turns=[group for group in new if _has_turn(group, whole)] if turned else self.turns,
            hard=[*self.hard[: bisect_left(self.hard, start)], *hard],
            taken=self.taken.followed_by(islice(taken, 1, None)),
            said=self.said.followed_by(message.digest for message in messages),
            key=_key(self.key, messages, tokens),
            size=self.size + sum(message.size for message in messages),
        )

    def tokens(self, places: range) -> int:
        """Tokens of adjacent messages, by their indices."""
        before = self.taken[places.start - 1] if places.start else 0
        return self.taken[places.stop - 1] - before if places else 0

    def containing(self, indices: Iterable[int]) -> list[Group]:
        """The groups of some messages, in order."""
        places = {bisect(self.groups, index, key=_first) - 1 for index in indices}
        return [self.groups[place] for place in sorted(places)]


def _first(group: Group) -> int:
    return group.messages[0]


def _has_turn(group: Group, messages: Sequence[Message]) -> bool:
    return any(messages[index].role == "user" for index in group.messages)


def _key(key: bytes, messages: Sequence[Message], tokens: Sequence[int]) -> bytes:
    for message, taken in zip(messages, tokens, strict=True):
        fields = (message.digest, taken, message.error, message.pinned)
        key = blake2b(key + repr(fields).encode(), digest_size=16).digest()
    return key
