"""Plan → the messages to send, with every elision marked."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from agentcompress.values import Choice, Image, Message, Note, Part, Place, Plan, Role

GAP = "…"
"""Stands where something was left out inside a message."""
ELIDED = "[{} tokens elided]"
"""Stands in a shortened text and says how much of it is gone."""
REPEATED = "[{} tokens repeated below]"
"""Stands where something was left out that a later message shows."""
READ = "[text in the image] "
"""Stands before text that was read in an image that is not shown, or too small."""
SUMMARY = "[summary by a model] {}"
"""Says of what was left out what it says in fewer words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is sent of a message, or in its place."""

    of: int
    """Index of the message."""
    message: Message
    """What is sent."""
    tokens: int
    """What that takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Shows messages as a plan has them."""

    cost: Callable[[Message], int]
    """Tokens of a message."""
    recallable: bool = False
    """Whether marks of what is left out say by which id it comes back."""

    def request(
        self, messages: Sequence[Message], names: Sequence[str], plan: Plan, places: Iterable[int]
    ) -> list[View]:
        """The messages as the plan shows them; those it does not name stay as they are.

        Args:
            messages: The originals.
            names: Their fingerprints, shape (messages,).
            plan: What to show.
            places: Indices of the messages that are wanted.
        """
        return [
            View(of=index, message=sent, tokens=self.cost(sent))
            for index in places
            for sent in self.views(messages[index], names[index], plan)
        ]

    def views(self, message: Message, name: str, plan: Plan) -> list[Message]:
        """What stands for a message: itself or a view of it, notes before it or in its place, or nothing."""
        notes = plan.notes.get(name, ())
        if name in plan.folded:
            return [_issued(note) for note in notes]
        if name in plan.shown:
            message = self.shown(message, plan.shown[name])
        for note in notes:
            if not note.is_message:
                message = with_line(message, note.text, note.place)
        return [*(_issued(note) for note in notes if note.is_message), message]

    def shown(self, message: Message, choices: Sequence[Choice]) -> Message:
        """One message reduced to what was chosen of it, ending in a line that says how much is gone."""
        cost, reduced = self.cost, _reduced(message, choices)
        if reduced == message:
            return message
        # A pointer says itself how much it stands for, and a summary is none of the message's own words. An
        # image shown whole but smaller lacks nothing, save where the mark says how the large one comes back.
        own = (_without_pointer(choice) for choice in choices if not _is_added(choice))
        rest = _reduced(message, own if self.recallable else map(_in_full_size, own))
        if not _nothing_missed(message, rest) and not any(map(_speaks_for_itself, choices)):
            reduced = with_line(reduced, self.elided(message).format(cost(message) - cost(rest)))
        return reduced if cost(reduced) < cost(message) else message

    def elided(self, message: Message) -> str:
        """The mark of what is left out of a message, with a place for its tokens."""
        return f"{ELIDED[:-1]}, recall {message.id}]" if self.recallable else ELIDED


def _reduced(message: Message, choices: Iterable[Choice]) -> Message:
    parts: list[Part] = []
    choices = tuple(choices)
    for index, part in enumerate(message.parts):
        kept = [choice for choice in choices if choice.part == index]
        if part.kind == "text":
            text = _stitched(part.text, kept)
            # Providers reject blocks whose text is empty; a plain string may be.
            if text or part.origin is None:
                parts.append(part if text == part.text else replace(part, text=text))
        elif part.image is not None:
            parts += (_pictured(part, part.image, choice) for choice in kept)
        elif kept or part.kind == "call":
            # Calls stay as long as their message does: providers check them against results.
            parts.append(part)
    return message.with_parts(tuple(parts))


def _pictured(part: Part, image: Image, choice: Choice) -> Part:
    """An image as it is to be seen, or what is read or said in its place."""
    if choice.text is not None:
        return Part(kind="text", text=choice.text)
    if choice.view is None:
        return part
    seen = image.shown(choice.view)
    return replace(part, image=replace(seen, url=choice.drawn, view=None) if choice.drawn else seen)


def lines_read(text: str) -> list[str]:
    """The lines that a text says which stands for an image, without our marks; none where it is a mark."""
    if not text.startswith(READ):
        return []
    return [line for line in text.removeprefix(READ).split("\n") if line not in ("", GAP)]


def _without_pointer(choice: Choice) -> Choice:
    """What a pointer stands for in its place."""
    return replace(choice, rendition="full", text=None) if choice.rendition == "stub" else choice


def _in_full_size(choice: Choice) -> Choice:
    """A whole image as if it was not scaled."""
    return replace(choice, view=None) if choice.view and not choice.view.crops else choice


def _is_added(choice: Choice) -> bool:
    """Whether a text stands for no stretch: a summary of what others leave out, what is read in an image."""
    return choice.start == choice.end and bool(choice.text) and choice.rendition != "stub"


def _nothing_missed(message: Message, reduced: Message) -> bool:
    """Whether nothing is gone, or only reasoning, which nobody misses; no turn is emptied."""
    if reduced == message:
        return True
    rest = tuple(part for part in message.parts if part.kind != "reasoning")
    return bool(rest or message.calls) and tuple(p for p in reduced.parts if p.kind != "reasoning") == rest


def _speaks_for_itself(choice: Choice) -> bool:
    """Whether a text stands for a whole part: nothing is gone, or it says in its own form what is."""
    return choice.text is not None and choice.rendition in ("full", "merged") and not _is_added(choice)


def _stitched(text: str, choices: Sequence[Choice]) -> str:
    pieces: list[str] = []
    end = 0
    for choice in choices:
        said = text[choice.start : choice.end] if choice.text is None else choice.text
        marked = bool(pieces) and pieces[-1].endswith(GAP)
        if choice.start > end and text[choice.start - 1] == "\n":
            pieces.append(GAP + "\n")
        elif choice.text is not None and said.startswith(GAP):
            # What is left out of a form and what is left out before it need one mark.
            said = said[len(GAP) :] if marked else said
        elif choice.start > end and not marked:
            pieces.append(GAP)
        pieces.append(said)
        end = choice.end
    return "".join(pieces)


def with_line(message: Message, line: str, place: Place = "tail") -> Message:
    """The message with a line of ours before or behind its text."""
    texts = [i for i, part in enumerate(message.parts) if part.kind == "text"]
    if not texts:
        # Text of a turn stands before its calls.
        at = next((i for i, part in enumerate(message.parts) if part.kind == "call"), len(message.parts))
        return message.with_parts((*message.parts[:at], Part(kind="text", text=line), *message.parts[at:]))
    index = texts[0] if place == "head" else texts[-1]
    text = message.parts[index].text
    if not text:
        joined = line
    elif place == "head":
        joined = _in_json(text, line, "before") or f"{line}\n{text}"
    else:
        member = _in_json(text, line, "recalled") if place == "end" else None
        joined = member or text + ("" if text.endswith("\n") else "\n") + line
    parts = list(message.parts)
    parts[index] = replace(parts[index], text=joined)
    return message.with_parts(tuple(parts))


def _in_json(text: str, line: str, name: str) -> str | None:
    """A JSON document with a line of ours as its last member; None where the text is none."""
    body = text.strip()
    if not body.startswith(("{", "[")):
        return None
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    key = f'"{GAP} {name}":' if body[0] == "{" else ""
    separator = ", " if document else ""
    return f"{body[:-1].rstrip()}{separator}{key}{json.dumps(line, ensure_ascii=False)}{body[-1]}"


def _issued(note: Note) -> Message:
    role: Role = "user" if note.place == "user" else "assistant"
    return Message(role=role, parts=(Part(kind="text", text=note.text),))
