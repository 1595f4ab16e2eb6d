"""Text that holds JSON → nodes: members, elements and stretches, with the containers they stand in."""

from dataclasses import dataclass

from agentcompress.segmenters.stretches import MOST_PIECES, WIDTH, grain

from .lexemes import BLANKS, CLOSER, ENDS_LINE, LEFTOVER, MEMBER, SHUT, START, UNFINISHED
from .strings import string_stretches

_LARGE = 20 * MOST_PIECES
"""Characters above which members are grouped: a piece each would be too many."""
_SMALL = 100
"""Characters up to which a container is shown whole or not at all."""
_LONG_STRING = 160
_LARGEST_HEADER = 400
"""Characters that the columns of a table may have to stand over its rows."""
_DEEPEST = 64
"""Levels that are opened; what lies deeper stays whole."""


@dataclass(slots=True)
class Node:
    """Something that is shown or left out on its own."""

    start: int
    """Where its content begins, in characters."""
    end: int
    """Where its content ends, exclusive."""
    head: int | None = None
    """Index of the container that it stands in."""
    nth: int = 0
    """How many siblings stand before it."""
    form: str = ""
    """Of a container what opens it: a brace, a bracket or a quote; empty for all others."""
    shut: str = ""
    """What closes it behind all that is shown of it."""
    count: int = 0
    """Of a container: how many nodes stand in it, and one more where its end is missing."""
    last: int = 0
    """Of a container: index of the last node that stands in it."""
    record: bool = False
    """Whether it is an object in an array."""
    shared: bool = False
    """Whether it is written in one piece with the node before it."""
    cover: int | None = None
    """Where the blanks before its content begin, if they are part of it."""
    text: bool = False
    """Whether it is text around the JSON."""


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value in a text."""

    start: int
    """Where it begins, in characters."""
    end: int
    """Where it ends, exclusive, or where it stops being JSON."""
    complete: bool
    """Whether it is closed."""
    nodes: list[Node]
    """In order; heads count from the first."""


def documents(text: str) -> list[Document]:
    """The arrays and objects of a text: those that are long, or have their lines to themselves."""
    size = grain(text)
    found: list[Document] = []
    at = 0
    while match := START(text, at):
        document = _Reader(text, size).document(match.start())
        at = max(document.end, match.end())
        if _counts(document, text, found[-1].end if found else 0):
            found.append(document)
    return found


def _counts(document: Document, text: str, free: int) -> bool:
    if document.end - document.start > _SMALL:
        return True
    if not document.complete:
        return document.end == len(text) and len(document.nodes) > 1
    before = document.start
    while before > free and text[before - 1] in " \t":
        before -= 1
    begins_line = before == free or text[before - 1] == "\n"
    return begins_line and ENDS_LINE(text, document.end) is not None


class _Reader:
    """Reads one document; containers that prove small are made one node again."""

    def __init__(self, text: str, size: int) -> None:
        self._text = text
        self._coarse = len(text) > _LARGE
        self._room = 2 * size if self._coarse else size
        self._small = max(_SMALL, size)
        self._long_string = max(_LONG_STRING, 2 * size)
        self._size = size
        self._nodes: list[Node] = []
        self._open: list[int] = []

    def document(self, start: int) -> Document:
        text, forms = self._text, [self._text[start]]
        self._enter(start, start + 1, forms[0])
        end = deep = start + 1
        blanks = BLANKS(text, end)
        at = blanks.end() if blanks else end
        member = closer = True
        while forms:
            if member and (found := MEMBER[forms[-1]](text, at)):
                if opener := found[3]:
                    forms.append(opener)
                    end = found.end(3)
                    if len(forms) <= _DEEPEST:
                        self._enter(at, end, opener)
                    elif len(forms) == _DEEPEST + 1:
                        deep = at
                    closer = True
                else:
                    end = found.end(1)
                    if len(forms) <= _DEEPEST:
                        self._value(at, found.start(1), end)
                    member = found[2] is not None
                    closer = not member
            elif closer and (found := CLOSER(text, at)) and found[1] == SHUT[forms[-1]]:
                end = found.end(1)
                forms.pop()
                if len(forms) < _DEEPEST:
                    self._leave(end)
                elif len(forms) == _DEEPEST:
                    self._leaf(deep, end)
                member = found[2] is not None
                closer = not member
            else:
                break
            at = found.end()
        else:
            return Document(start, end, True, self._nodes)
        return Document(start, self._broken_off(forms, at, end, deep), False, self._nodes)

    def _broken_off(self, forms: list[str], at: int, end: int, deep: int) -> int:
        if len(forms) > _DEEPEST:
            self._leaf(deep, end)
            self._nodes[-1].shut = "".join(SHUT[form] for form in reversed(forms[_DEEPEST:]))
        elif found := UNFINISHED[forms[-1]](self._text, at):
            self._string(at, found.end(1), found.end())
            self._nodes[self._nodes[self._open[-1]].last].count += 1
            at = len(self._text)
        if LEFTOVER(self._text, at):
            at = len(self._text)
        innermost = self._nodes[self._open[-1]]
        while self._open:
            self._seal(self._open.pop())
        innermost.count += 1
        return at

    def _add(self, node: Node) -> None:
        if self._open:
            node.head = self._open[-1]
            parent = self._nodes[node.head]
            node.nth = parent.count
            parent.count += 1
            parent.last = len(self._nodes)
        self._nodes.append(node)

    def _enter(self, start: int, end: int, form: str) -> None:
        record = form == "{" and bool(self._open) and self._nodes[self._open[-1]].form == "["
        self._add(Node(start, end, form=form, shut=SHUT[form], record=record))
        self._open.append(len(self._nodes) - 1)

    def _leave(self, end: int) -> None:
        index = self._open.pop()
        node = self._nodes[index]
        if end - node.start > self._small:
            self._seal(index)
            return
        del self._nodes[index:]
        if self._open:
            self._nodes[self._open[-1]].count -= 1
        self._leaf(node.start, end, node.record)

    def _seal(self, index: int) -> None:
        """Lets a container share a piece with what always stands first in it."""
        node = self._nodes[index]
        last = self._nodes[node.last] if node.count else node
        if not last.form or last is node:
            return
        table = node.count == 2 and self._text.startswith('{"columns":', node.end - 1)
        if (node.count == 1 and last.end - node.start <= WIDTH) or (
            table and last.nth == 1 and last.end - node.start <= _LARGEST_HEADER
        ):
            for header in self._nodes[index + 1 : node.last]:
                header.shut = ""
                header.shared = True
            last.shared = True

    def _leaf(self, start: int, end: int, record: bool = False) -> None:
        before = self._nodes[-1] if self._nodes else None
        if (
            before
            and self._open
            and before.head == self._open[-1]
            and not before.form
            and end - before.start <= self._room
            and (self._coarse or (self._nodes[before.head].form == "[" and not record and not before.record))
        ):
            before.end = end
            self._nodes[before.head].last = len(self._nodes) - 1
        else:
            self._add(Node(start, end, record=record))

    def _value(self, start: int, value: int, end: int) -> None:
        if end - value > self._long_string and self._text[value] == '"':
            self._string(start, value + 1, end - 1)
        else:
            self._leaf(start, end, record=start == value and self._text[start] == "{")

    def _string(self, start: int, inside: int, end: int) -> None:
        self._enter(start, inside, '"')
        for cover, core, stop in string_stretches(self._text, inside, end, self._size):
            self._add(Node(core, stop, cover=cover))
        self._seal(self._open.pop())
