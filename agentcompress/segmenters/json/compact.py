"""The same JSON in fewer tokens: no blanks, no escaped JSON, and records with the same keys as a table."""

import re

from agentcompress.segmenters.repeats import said_once
from agentcompress.values import atoms_of

from .embedded import narrowed, unwrapped, without_blanks
from .references import referred
from .scan import Document, documents
from .table import tabled

_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)(?:"(:)?|\\?\Z)').finditer


def compacted(text: str) -> str:
    """The text with its JSON in the shortest form that keeps every value and atom."""
    found = documents(text)
    if not found:
        return text
    atoms = set(atoms_of(text))
    short = [without_blanks(text[document.start : document.end]) for document in found]
    opened = [
        unwrapped(one) if _reaches(text, document) else narrowed(one)
        for one, document in zip(short, found, strict=True)
    ]
    narrow = [narrowed(one) for one in short]
    best = text
    for forms in (_tabled(text, found, opened), opened, _tabled(text, found, narrow), narrow, short):
        made = _in_place(text, found, forms)
        if len(made) < len(text) and atoms <= set(atoms_of(made)):
            best = made
            break
    if len(found) > 1 or text[: found[0].start].strip() or text[found[0].end :].strip():
        return best
    return said_once(best, [string.span(1) for string in _STRING(best) if not string[2]])


def _tabled(text: str, found: list[Document], forms: list[str]) -> list[str]:
    return [
        tabled(referred(one)) if _reaches(text, document) else one
        for one, document in zip(forms, found, strict=True)
    ]


def _reaches(text: str, document: Document) -> bool:
    """Whether nothing but the end of the text cuts the document off."""
    return document.complete or document.end == len(text)


def _in_place(text: str, found: list[Document], forms: list[str]) -> str:
    made, at = [], 0
    for document, form in zip(found, forms, strict=True):
        made += [text[at : document.start], form]
        at = document.end
    made.append(text[at:])
    return "".join(made)
