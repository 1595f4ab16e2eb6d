"""The newest images: they come before every other choice, as large as they fit."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agentcompress.values import Choice, Context, Message, Note, Plan, Selection

from .conversation import Conversation
from .rendering import GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Foremost:
    """A request with the newest images and nothing else that may go, counted and not estimated."""

    plan: Plan
    """What it shows."""
    tokens: int
    """What all of it takes."""
    selection: Selection
    """The images, as large as they fit, and their groups."""
    overheads: Mapping[int, int]
    """Group → what its calls and marks take, and what notes take that stand for all else."""

    def priced(self, context: Context) -> Context:
        """The context with what is known now of the groups that show the images."""
        groups = [
            replace(group, overhead=self.overheads.get(number, group.overhead))
            for number, group in enumerate(context.groups)
        ]
        return replace(context, groups=groups)

    def within(self, selection: Selection) -> Selection:
        """A selection that shows the images at least as large."""
        forms = {**selection.renditions}
        for image, form in self.selection.renditions.items():
            forms[image] = min(form, forms.get(image, form))
        return replace(selection, renditions=forms, groups=selection.groups | self.selection.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreground:
    """Finds the largest renditions of the newest images that fit."""

    conversation: Conversation
    """The request."""
    context: Context
    """What is chosen from."""
    planned: Callable[[Selection], Plan]
    """Makes a plan of a selection, with notes that are as short as they come."""
    after: Plan
    """The plan that it goes on from."""
    fixed: int
    """Tokens of what cannot change."""
    ceiling: int
    """Tokens never to exceed."""

    def foremost(self) -> Foremost | None:
        """The newest images, each as large as those that are newer leave it; None where there are none."""
        found: Foremost | None = None
        for image in self.context.newest_images:
            if not self._shown_already(image, found):
                found = self._with(image, found) or found
        return found

    def _shown_already(self, image: int, found: Foremost | None) -> bool:
        """Whether a newer one shows the same."""
        segments = self.context.segments
        looks = (segments[newer].look for newer in found.selection.renditions) if found else ()
        look = segments[image].look
        return look is not None and any(other is not None and look.shows_the_same(other) for other in looks)

    def _with(self, image: int, found: Foremost | None) -> Foremost | None:
        group = int(self.context.group_of[image])
        groups = frozenset({group}) | (found.selection.groups if found else frozenset())
        shown = found.selection.renditions if found else {}
        most: float = float("inf")
        for form, rendition in enumerate(self.context.segments[image].renditions):
            if rendition.tokens > most:
                continue
            selection = Selection(renditions={**shown, image: form}, groups=groups)
            plan, tokens = self._shortest(selection)
            if tokens <= self.ceiling:
                before = Counter(found.overheads if found else {})
                more = tokens - (found.tokens if found else self.fixed) - rendition.tokens
                overheads = before + Counter({group: max(0, more)})
                return Foremost(plan=plan, tokens=tokens, selection=selection, overheads=overheads)
            most = rendition.tokens - (tokens - self.ceiling)
        return None

    def _shortest(self, selection: Selection) -> tuple[Plan, int]:
        """A plan for a selection; where that does not fit, one whose marks no longer say how much is gone."""
        plan = self.planned(selection)
        tokens = self._size(plan)
        if tokens > self.ceiling:
            plan = self._terse(plan, selection)
            tokens = self._size(plan)
        return plan, tokens

    def _size(self, plan: Plan) -> int:
        return self.conversation.size(self.conversation.render(plan, self.after))

    def _terse(self, plan: Plan, selection: Selection) -> Plan:
        conversation = self.conversation
        indices = (i for number in selection.groups for i in self.context.groups[number].messages)
        shown = {
            conversation.names[i]: _gapped(conversation.messages[i], plan.shown[conversation.names[i]])
            for i in indices
        }
        notes = {
            name: tuple(Note(place=note.place, text=GAP) for note in notes)
            for name, notes in plan.notes.items()
        }
        return replace(plan, shown={**plan.shown, **shown}, notes=notes)


def _gapped(message: Message, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Choices that show a gap for each text of which they show nothing."""
    there = {choice.part for choice in choices}
    gaps = (
        Choice(part=number, start=0, end=len(part.text), rendition="merged", text=GAP)
        for number, part in enumerate(message.parts)
        if part.kind == "text" and part.text and number not in there
    )
    return tuple(sorted((*choices, *gaps), key=lambda choice: choice.part))
