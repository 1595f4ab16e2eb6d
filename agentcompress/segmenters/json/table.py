"""JSON without blanks → the same with tables: the keys of uniform records are said once, as columns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .lexemes import SHUT

_LEXEME = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^"{}\[\],:]++').findall
_RESERVED = ('{"columns":', '{"split":')
_LARGEST = 2_000_000
_DEEPEST = 64
_LEAST_ROWS = 3
_LEAST_ITEMS = 16
_LARGEST_SHARE = 0.9
_WORDS = re.compile(r'"[A-Za-z][A-Za-z\']*+(?: [A-Za-z\']++)*+"').fullmatch


@dataclass(slots=True)
class _Object:
    """An object whose members may still become cells of a table."""

    keys: list[str] = field(default_factory=list)
    values: "list[str | _Object]" = field(default_factory=list)

    def __str__(self) -> str:
        return (
            "{" + ",".join(f"{key}:{value}" for key, value in zip(self.keys, self.values, strict=True)) + "}"
        )


def tabled(document: str) -> str:
    """The document with tables where they are clearly shorter.

    Three or more objects with the same keys in the same order become
    `{"columns":["id","at.lat"],"rows":[[1,2.5],…]}`: `at.lat` is member `lat` of an object `at`.
    Long lists of plain words become `{"split":", ","items":"one, two, …"}`. A document that
    has objects which look like either, or that is very large or deep, stays as it is.
    """
    if len(document) > _LARGEST or any(word in document for word in _RESERVED):
        return document
    open_: list[_Object | list[str | _Object]] = []
    key = ""
    keys: list[str] = []
    for lexeme in _LEXEME(document):
        value: str | _Object = lexeme
        if lexeme in SHUT and len(lexeme) == 1 and lexeme != '"':
            if len(open_) == _DEEPEST:
                return document
            open_.append(_Object() if lexeme == "{" else [])
            keys.append(key)
            key = ""
            continue
        if lexeme == ":":
            continue
        if lexeme == ",":
            key = ""
            continue
        if lexeme in "}]":
            closed = open_.pop()
            key = keys.pop()
            value = closed if isinstance(closed, _Object) else _array(closed)
            if not open_:
                return str(value)
        parent = open_[-1]
        if isinstance(parent, list):
            parent.append(value)
        elif key:
            parent.keys.append(key)
            parent.values.append(value)
            key = ""
        else:
            key = lexeme
    return document


def _array(elements: list[str | _Object]) -> str:
    plain = "[" + ",".join(str(element) for element in elements) + "]"
    rows = [element for element in elements if isinstance(element, _Object)]
    if len(rows) == len(elements) >= _LEAST_ROWS:
        made = _table(rows)
        return made if made and len(made) <= _LARGEST_SHARE * len(plain) else plain
    words = [element for element in elements if isinstance(element, str) and _WORDS(element)]
    if len(words) == len(elements) >= _LEAST_ITEMS:
        return '{"split":", ","items":"' + ", ".join(word[1:-1] for word in words) + '"}'
    return plain


def _table(rows: list[_Object]) -> str:
    columns = list(_columns(rows))
    names = [name for name, _ in columns]
    if not names or len(set(names)) < len(names) or not all(cells for _, cells in columns):
        return ""
    lines = ",".join(
        "[" + ",".join(cells) + "]" for cells in zip(*(cells for _, cells in columns), strict=True)
    )
    head = ",".join(f'"{name}"' for name in names)
    return f'{{"columns":[{head}],"rows":[{lines}]}}'


def _columns(rows: list[_Object]) -> Iterator[tuple[str, list[str]]]:
    """Name and cells of each column; no cells where the rows are not uniform, or a name would be unclear."""
    keys = rows[0].keys
    if any(row.keys != keys for row in rows) or any("." in key or "\\" in key for key in keys):
        yield "", []
        return
    for number, key in enumerate(keys):
        cells = [row.values[number] for row in rows]
        objects = [cell for cell in cells if isinstance(cell, _Object)]
        below = list(_columns(objects)) if len(objects) == len(cells) and objects[0].keys else []
        if below and all(values for _, values in below):
            yield from ((f"{key[1:-1]}.{name}", values) for name, values in below)
        else:
            yield key[1:-1], [str(cell) for cell in cells]
