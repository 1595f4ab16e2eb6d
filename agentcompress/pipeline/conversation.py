"""One request on its way through the stages."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile

import numpy as np

from agentcompress.tokens import RequestCounter
from agentcompress.values import Choice, Context, Group, Message, Part, Pin, Plan, Segment, atoms_of

from .choosing import choices
from .drawing import Draw, held
from .history import History
from .pinning import softly_pinned
from .recalls import staying
from .rendering import Renderer, View
from .segmenting import SegmentCache
from .standing import Standing

_POINTED_OUT = 3
"""Segments that an atom may stand in and still say which ones are meant."""
_MOST_DECLARED = 500
"""Tokens of declared constraints that are never let go; beyond them the newest stay."""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Messages with what counting and cutting them needs; derived facts are computed once."""

    history: History
    """The originals."""
    tool_tokens: int
    """Tokens of the tool schemas."""
    counter: RequestCounter
    """Counts messages."""
    segmented: SegmentCache
    """Cuts messages."""
    keep_steps: int
    """Newest steps that are soft-pinned."""
    keep_images: int
    """Newest images that are shown in full while they fit."""
    draw: Draw
    """Draws views of images."""
    before: Standing = field(default_factory=Standing)
    """What an earlier call left of its beginning."""
    lossless: bool = False
    """Whether what is shown whole is said in fewer tokens, where nothing is lost by it."""
    recallable: bool = False
    """Whether marks of what is left out say by which id it comes back."""

    @cached_property
    def renderer(self) -> Renderer:
        """Shows messages as a plan has them."""
        return Renderer(cost=self.cost, recallable=self.recallable)

    @property
    def messages(self) -> Sequence[Message]:
        """The originals."""
        return self.history.messages

    @property
    def names(self) -> Sequence[str]:
        """Their fingerprints, shape (messages,)."""
        return self.history.names

    @property
    def groups(self) -> Sequence[Group]:
        """What stands or falls together."""
        return self.history.groups

    @cached_property
    def new_groups(self) -> Sequence[Group]:
        """The groups that no earlier call has seen as they are now."""
        return self.groups[self.history.known :]

    def there(self, plan: Plan) -> list[int]:
        """Indices of the messages that have not left the prompt."""
        there = (view.of for view in self.render(plan) if self.names[view.of] not in plan.folded)
        return list(dict.fromkeys(there))

    def loose(self, plan: Plan) -> list[Group]:
        """The groups that have not left the prompt and are not hard-pinned, with their soft pins."""
        if not self.groups:
            return []
        landmarks = self.history.landmarks.passed(self.new_groups, self.messages)
        newest = self.groups[-1]
        stay = staying(landmarks.recalls, self.messages, newest) if self.recallable else frozenset[int]()
        there = self.history.containing(self.there(plan))
        loose = [group for group in there if group.pin is not Pin.HARD]
        self.segmented.look_at(self.messages[index] for group in loose for index in group.messages)
        return softly_pinned(
            loose,
            self.messages,
            landmarks,
            first_step=self._next_step - self.keep_steps,
            failed=self._failed,
            asked_back=stay,
            pictures=self._newest_pictures(there),
        )

    def _newest_pictures(self, groups: Iterable[Group]) -> Sequence[int]:
        """The messages of the newest images, once for each image that is to be seen in full."""
        indices = (index for group in groups for index in group.messages)
        pictures = [i for i in indices for part in self.messages[i].parts if part.image]
        return pictures[max(0, len(pictures) - self.keep_images) :]

    def held(self, plan: Plan, before: Plan) -> Plan:
        """The plan with what is drawn of local files, so that it shows the same whatever becomes of them."""
        new = {name for name, choices in plan.shown.items() if choices != before.shown.get(name)}
        places = ((name, self.messages[index]) for index, name in enumerate(self.names) if name in new)
        shown = {name: held(plan.shown[name], message, self.draw) for name, message in places}
        return replace(plan, shown={**plan.shown, **shown}) if shown else plan

    def pictured(self, plan: Plan) -> int:
        """Tokens of the messages with the newest images, as a plan shows them, by their images alone."""
        newest = set(self._newest_pictures(self.groups))
        shown = (view.message for view in self.render(plan) if view.of in newest)
        return sum(self.counter.part(part) for message in shown for part in message.parts if part.image)

    @property
    def _next_step(self) -> int:
        """How many assistant turns there are."""
        if not self.groups:
            return 0
        newest = self.groups[-1]
        return newest.step + (self.messages[newest.messages[0]].role == "assistant")

    def _failed(self, index: int) -> bool:
        message = self.messages[index]
        return message.error or any(piece.kind == "error" for piece in self.segmented.segments(message))

    @cached_property
    def declared(self) -> Mapping[int, tuple[int, ...]]:
        """Message → numbers of its segments that are never let go: constraints in older user turns."""
        declared = {}
        room = _MOST_DECLARED
        for group in reversed(self.history.turns):
            index = group.messages[0]
            if group.pin is Pin.HARD or self.messages[index].role != "user":
                continue
            numbers = []
            for number, segment in enumerate(self.segmented.segments(self.messages[index])):
                if segment.kind != "constraint":
                    continue
                # The first that does not fit ends the list: so later turns only ever shorten it, and
                # nothing that was let go comes back into the middle of the prompt.
                room = room - segment.tokens if segment.tokens <= room else -1
                if room >= 0:
                    numbers.append(number)
            if numbers:
                declared[index] = tuple(numbers)
        return declared

    @cached_property
    def declared_tokens(self) -> int:
        """Tokens of older user turns where nothing but declared constraints is shown of them."""
        return sum(
            self.cost(self.renderer.shown(self.messages[index], self.choose(index, {})))
            for index in self.declared
        )

    @cached_property
    def hard_indices(self) -> frozenset[int]:
        """Where the messages stand that are never touched."""
        return frozenset(self.history.hard)

    @property
    def hard(self) -> list[Message]:
        """Messages that are never touched."""
        return [self.messages[index] for index in self.history.hard]

    @cached_property
    def fixed(self) -> int:
        """Tokens of what is never touched, tool schemas and declared constraints included."""
        return self.total(self.hard) + self.declared_tokens

    def cost(self, message: Message) -> int:
        """Tokens of one message."""
        return self.counter.message(message)

    def total(self, messages: Iterable[Message]) -> int:
        """Tokens of a request with these messages."""
        return self.tool_tokens + sum(map(self.cost, messages))

    def render(self, plan: Plan, after: Plan | None = None) -> list[View]:
        """The messages as the plan shows them.

        Args:
            plan: What to show.
            after: A plan that it goes on from: what has left by that one is not looked at again.
        """
        if id(plan) not in self._rendered:
            wanted: Iterable[int] = range(len(self.messages))
            if after is not None:
                shown = [view.of for view in self.render(after)]
                # Of those that left, the last before one that stays may carry a note.
                last = (index - 1 for index in (*shown, len(self.messages)) if index)
                wanted = sorted({*shown, *last})
            self._rendered[id(plan)] = plan, self.renderer.request(self.messages, self.names, plan, wanted)
        return self._rendered[id(plan)][1]

    def grown(self, plan: Plan) -> list[View]:
        """`render` for a plan that, of what stands since an earlier call, changes nothing."""
        start = self.new_groups[0].messages[0] if self.new_groups else len(self.messages)
        standing = takewhile(lambda view: view.of < start, self.before.views)
        new = range(start, len(self.messages))
        views = [*standing, *self.renderer.request(self.messages, self.names, plan, new)]
        self._rendered[id(plan)] = plan, views
        return views

    @cached_property
    def _rendered(self) -> dict[int, tuple[Plan, list[View]]]:
        # With the plan, so that its id stays its own.
        return {}

    def size(self, views: Iterable[View]) -> int:
        """Tokens of a request that shows this."""
        return self.tool_tokens + sum(view.tokens for view in views)

    def has_left(self, group: Group, plan: Plan) -> bool:
        """Whether the plan folded a group."""
        return self.names[group.messages[0]] in plan.folded

    def taken(self, plan: Plan) -> Counter[int]:
        """Index of a message → tokens of what the plan shows of it."""
        taken: Counter[int] = Counter()
        for view in self.render(plan):
            taken[view.of] += view.tokens
        return taken

    def newly_decided(self, views: Iterable[View], before: Plan, after: Plan) -> tuple[int, ...]:
        """Indices of the messages among the views that a plan is the first not to show as they are."""
        names = ((of, self.names[of]) for of in dict.fromkeys(view.of for view in views))
        new = ((of, name) for of, name in names if name not in before.shown and name not in before.folded)
        return tuple(of for of, name in new if name in after.shown or name in after.folded)

    def shortened(self, views: Iterable[View]) -> int:
        """How many messages are shown in fewer tokens than they have."""
        return sum(
            view.message.origin is not None and view.tokens < self.cost(self.messages[view.of])
            for view in views
        )

    def choose(
        self,
        index: int,
        shown: Mapping[int, int],
        repeated: Collection[int] = (),
        merged: Mapping[int, str] | None = None,
        offered: Sequence[Segment] = (),
    ) -> tuple[Choice, ...]:
        """How a message is shown, declared constraints in any case; arguments as in `choices`.

        `offered` are its segments as they were chosen from, where these had more renditions than its own.
        """
        message = self.messages[index]
        segmented = self.segmented.segmented(message)
        if offered:
            segmented = replace(segmented, segments=tuple(offered[: len(segmented.segments)]))
        shown = {**shown, **dict.fromkeys(self.declared.get(index, ()), 0)}
        complete = len(shown) == len(segmented.segments) and not any(shown.values())
        if complete and self.lossless and message.role == "tool":
            return self.whole(index)
        return choices(message, segmented, shown, repeated, merged, elided=self.renderer.elided(message))

    def whole(self, index: int) -> tuple[Choice, ...]:
        """All that a message says, each text in the fewest tokens."""
        return tuple(
            Choice(part=number, start=0, end=len(part.text), text=self._compact(part))
            for number, part in enumerate(self.messages[index].parts)
            if part.kind != "call"
        )

    def _compact(self, part: Part) -> str | None:
        if part.kind != "text":
            return None
        text = self.segmented.compact(part.text)
        return text if self.counter.text(text) < self.counter.text(part.text) else None

    def shown(self, index: int, plan: Plan) -> Message:
        """One message as the plan shows it."""
        choices = plan.shown.get(self.names[index])
        message = self.messages[index]
        return message if choices is None else self.renderer.shown(message, choices)

    def context(self, groups: Sequence[Group], query: str) -> Context:
        """What criteria and strategies see of some groups.

        Args:
            groups: In chronological order; hard-pinned ones do not belong here.
            query: What the next step is about.
        """
        segments: list[Segment] = []
        priced: list[Group] = []
        message_of: list[int] = []
        group_of: list[int] = []
        for position, group in enumerate(groups):
            overhead = 0
            said = "".join(call.text for index in group.messages for call in self.messages[index].calls)
            for index in group.messages:
                message = self.messages[index]
                pieces = self._open_pieces(index)
                calls = self.segmented.calls(message)
                segments += pieces + calls
                message_of += [index] * (len(pieces) + len(calls))
                group_of += [position] * (len(pieces) + len(calls))
                overhead += self.cost(self._bare(message))
                overhead += self._mark if pieces and index not in self.declared else 0
            priced.append(replace(group, overhead=overhead, atoms=atoms_of(said)))
        return Context(
            segments=segments,
            groups=priced,
            message_of=np.array(message_of, dtype=np.intp),
            group_of=np.array(group_of, dtype=np.intp),
            step=self.groups[-1].step + 1 if self.groups else 1,
            query=query,
            visible=self._visible(segments),
        )

    def _open_pieces(self, index: int) -> tuple[Segment, ...]:
        """A message's segments; those that are shown in any case cost nothing and are worth nothing."""
        pieces = list(self.segmented.segments(self.messages[index]))
        for number in self.declared.get(index, ()):
            pieces[number] = replace(pieces[number], tokens=0, atoms=(), condensed=())
        return tuple(pieces)

    def _visible(self, segments: Sequence[Segment]) -> frozenset[str]:
        """Atoms that are shown in any case, save those of the user's that point out a few segments.

        Where such a one stands in an output is what answers; what stands everywhere tells nothing.
        """
        asked = {a for message in self.hard if message.role == "user" for a in atoms_of(message.said)}
        for index, numbers in self.declared.items():
            pieces = self.segmented.segments(self.messages[index])
            asked.update(atom for number in numbers for atom in pieces[number].atoms)
        told = {a for message in self.hard if message.role != "user" for a in atoms_of(message.said)}
        places = Counter(atom for segment in segments for atom in segment.atoms if atom in asked)
        return frozenset(told | {atom for atom in asked if places[atom] > _POINTED_OUT})

    @cached_property
    def _mark(self) -> int:
        return self.counter.text(self.renderer.elided(self.messages[0]).format(99_999)) + 1

    def _bare(self, message: Message) -> Message:
        return message.with_parts(tuple(part for part in message.parts if part.kind == "call"))
