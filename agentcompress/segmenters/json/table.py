"""JSON without blanks → the same with tables: the keys of uniform records are said once, as columns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .lexemes import SHUT

_LEXEME = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\],:]|[^"{}\[\],:]++').findall
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
    cut: str | None = None
    """Where the end of the document cuts it off: what stands behind its last member."""

    def __str__(self) -> str:
        members = ",".join(f"{key}:{value}" for key, value in zip(self.keys, self.values, strict=True))
        return f"{{{members}{'}' if self.cut is None else self.cut}"


_Container = _Object | list[str | _Object]


def tabled(document: str) -> str:
    """The document with tables where they are clearly shorter.

    Three or more objects with the same keys in the same order become
    `{"columns":["id","at.lat"],"rows":[[1,2.5],…]}`: `at.lat` is member `lat` of an object `at`.
    Long lists of plain words become `{"split":", ","items":"one, two, …"}`. A document that
    has objects which look like either, or that is very large or deep, stays as it is. Of a
    document that is cut off the last record stands behind the rows as it was.
    """
    if len(document) > _LARGEST or any(word in document for word in _RESERVED):
        return document
    open_: list[_Container] = []
    key = behind = ""
    keys: list[str] = []
    for lexeme in _LEXEME(document):
        if lexeme in SHUT and lexeme != '"':
            if len(open_) == _DEEPEST:
                return document
            open_.append(_Object() if lexeme == "{" else [])
            keys.append(key)
            key = behind = ""
        elif lexeme in ",:" or (not key and isinstance(open_[-1], _Object) and lexeme != "}"):
            key = "" if lexeme == "," else key or lexeme
            behind += lexeme
        else:
            value: str | _Object = lexeme
            if lexeme in "}]":
                value, key = _closed(open_.pop(), None), keys.pop()
                if not open_:
                    return str(value)
            _add(open_[-1], key, value)
            key = behind = ""
    while len(open_) > 1:
        _add(open_[-2], keys.pop(), _closed(open_.pop(), behind))
        behind = ""
    return str(_closed(open_[0], behind)) if open_ else document


def _add(parent: _Container, key: str, value: "str | _Object") -> None:
    if isinstance(parent, _Object):
        parent.keys.append(key)
        parent.values.append(value)
    else:
        parent.append(value)


def _closed(container: _Container, cut: str | None) -> "str | _Object":
    if not isinstance(container, _Object):
        return _array(container, cut)
    container.cut = cut
    return container


def _array(elements: "list[str | _Object]", cut: str | None) -> str:
    end = "]" if cut is None else cut
    plain = "[" + ",".join(map(str, elements)) + end
    whole = (
        elements[:-1]
        if elements and isinstance(elements[-1], _Object) and elements[-1].cut is not None
        else elements
    )
    rows = [element for element in whole if isinstance(element, _Object)]
    if len(rows) == len(whole) >= _LEAST_ROWS:
        made = _table(rows)
        made += (
            "".join(f",{element}" for element in elements[len(whole) :]) + end + ("}" if cut is None else "")
        )
        return made if made.startswith("{") and len(made) <= _LARGEST_SHARE * len(plain) else plain
    words = [element for element in elements if isinstance(element, str) and _WORDS(element)]
    if cut is None and len(words) == len(elements) >= _LEAST_ITEMS:
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
    return f'{{"columns":[{head}],"rows":[{lines}'


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
