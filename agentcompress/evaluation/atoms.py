"""The atoms of the call an agent really made next."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agentcompress.values import Message, atoms_of


@dataclass(frozen=True, slots=True)
class Atom:
    """What a call needs byte for byte."""

    text: str
    """The identifier, path, URL, word or number."""
    number: bool
    """Whether it must stand alone: 123 is not shown by 1234."""

    def shown_in(self, text: str) -> bool:
        """Whether a text shows it verbatim.

        Atoms hold no character that JSON would escape, so this holds inside JSON strings too.
        """
        if self.text not in text:
            return False
        return not self.number or re.search(rf"(?<![\d.]){re.escape(self.text)}(?!\d)", text) is not None


def called_atoms(message: Message) -> set[Atom]:
    """The atoms in the argument values of a message's tool calls."""
    return {
        atom for call in message.calls for leaf in _leaves(_parsed(call.arguments)) for atom in _atoms(leaf)
    }


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments


def _leaves(value: Any) -> Iterator[str | int | float]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as fields:
                waiting.extend(fields.values())
            case list() as items:
                waiting.extend(items)
            case bool() | None:
                pass
            case leaf:
                yield leaf


def _atoms(leaf: str | int | float) -> Iterator[Atom]:
    if isinstance(leaf, str):
        yield from (Atom(text, len(text) == 3) for text in atoms_of(leaf.strip()))
    elif len(str(leaf)) >= 3:
        yield Atom(str(leaf), True)
