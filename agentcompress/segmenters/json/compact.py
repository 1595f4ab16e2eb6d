"""The same JSON in fewer tokens: no blanks, and records with the same keys as a table."""

import json
import re
from typing import Any

from agentcompress.values import atoms_of

from .scan import Document, documents
from .table import tabled

_BLANKS = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))|[ \t\n\r]++', re.DOTALL)
# Without blanks, a quote behind one of these and before a bracket begins a string.
_EMBEDDED = re.compile(r'(?<=[:,\[])"((?: |\\[nrt])*+[{\[](?:[^"\\]++|\\.)*+)"(?!:)')
_EMBEDDED_BLANKS = re.compile(
    r'(\\"(?:[^"\\]++|\\\\(?:\\["\\]|[^"\\])|\\[^"\\])*+\\")|(?: |\\[nrt])++',
)


def compacted(text: str) -> str:
    """The text with its JSON in the shortest form that keeps every value and atom."""
    found = documents(text)
    if not found:
        return text
    atoms = set(atoms_of(text))
    short = [_short(text, one) for one in found]
    embedded = [_EMBEDDED.sub(_embedded, one) for one in short]
    tables = [
        tabled(one) if document.complete else one for one, document in zip(embedded, found, strict=True)
    ]
    for forms in (tables, embedded, short):
        made = _in_place(text, found, forms)
        if len(made) < len(text) and atoms <= set(atoms_of(made)):
            return made
    return text


def _short(text: str, document: Document) -> str:
    return _BLANKS.sub(_kept, text[document.start : document.end])


def _embedded(match: re.Match[str]) -> str:
    """A string that holds JSON, without the blanks of that JSON."""
    short = f'"{_EMBEDDED_BLANKS.sub(_kept, match[1])}"'
    if len(short) == len(match[0]):
        return match[0]
    try:
        same = _meaning(json.loads(match[0])) == _meaning(json.loads(short))
    except (ValueError, RecursionError):
        return match[0]
    return short if same else match[0]


def _kept(match: re.Match[str]) -> str:
    return match[1] or ""


def _meaning(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=list)


def _in_place(text: str, found: list[Document], forms: list[str]) -> str:
    made, at = [], 0
    for document, form in zip(found, forms, strict=True):
        made += [text[at : document.start], form]
        at = document.end
    made.append(text[at:])
    return "".join(made)
