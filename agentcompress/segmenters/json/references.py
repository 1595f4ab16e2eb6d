"""JSON without blanks → the same with each long value said once: later ones point to the first (RFC 6901)."""

import re
from dataclasses import dataclass, field

_LEXEME = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))(:)?|([{\[])|([}\]])|,|[^"{}\[\],]++').finditer
_RESERVED = '"$ref":'
_LARGEST = 2_000_000
_DEEPEST = 64
_LONGEST_POINTER = 200
_LEAST = 40
_LARGEST_SHARE = 0.8


@dataclass(slots=True)
class _Value:
    """A string or container."""

    start: int
    end: int
    pointer: str | None
    """Where it stands, if that can be said shortly."""


@dataclass(slots=True)
class _Open:
    """A container that is being read."""

    value: _Value
    count: int = 0
    keys: set[str] = field(default_factory=set)


def referred(document: str) -> str:
    """The document with `{"$ref":"#/a/0/b"}` for a value that stands at `/a/0/b` already.

    A document that has references of its own or a name twice, or that is very large or deep,
    stays as it is.
    """
    if len(document) > _LARGEST or _RESERVED in document:
        return document
    seen: dict[str, str] = {}
    made: list[str] = []
    at = 0
    for value in _values(document):
        if value.start < at or value.end - value.start < _LEAST:
            continue
        said = document[value.start : value.end]
        if (first := seen.get(said)) is None:
            if value.pointer is not None:
                seen[said] = value.pointer
            continue
        reference = f'{{"$ref":"#{first}"}}'
        if len(reference) <= _LARGEST_SHARE * len(said):
            made += (document[at : value.start], reference)
            at = value.end
    return "".join([*made, document[at:]])


def _values(document: str) -> list[_Value]:
    """Containers and long strings in order of their beginning; none where they cannot be told apart."""
    values: list[_Value] = []
    open_: list[_Open] = []
    key = ""
    for lexeme in _LEXEME(document):
        string, named, opener, closer = lexeme.groups()
        if named:
            key = string[1:-1]
            if key in open_[-1].keys:
                return []
            open_[-1].keys.add(key)
        elif closer:
            open_.pop().value.end = lexeme.end()
        elif string or opener:
            if len(open_) == _DEEPEST:
                return []
            end = lexeme.end() if string else len(document)
            value = _Value(lexeme.start(), end, _pointer(open_[-1], key) if open_ else "")
            if opener or value.end - value.start >= _LEAST:
                values.append(value)
            if opener:
                open_.append(_Open(value))
        elif lexeme[0] == ",":
            open_[-1].count += 1
    return values


def _pointer(parent: _Open, key: str) -> str | None:
    above = parent.value.pointer
    name = key.replace("~", "~0").replace("/", "~1") if parent.keys else str(parent.count)
    if above is None or "\\" in name or len(above) + len(name) > _LONGEST_POINTER:
        return None
    return f"{above}/{name}"
