"""JSON inside of JSON strings → the same without blanks and, where that is shorter, without escapes."""

import json
import re
from typing import Any

from .scan import documents

# Without blanks, a quote behind one of these and before a bracket begins a string.
_STRING = re.compile(r'(?<=[:,\[])"((?: |\\[nrt])*+[{\[](?:[^"\\]++|\\.)*+)"(?!:)')
_CUT_STRING = re.compile(r'(?<=[:,\[])"((?: |\\[nrt])*+[{\[](?:[^"\\]++|\\.)*+)\\?\Z')
_SPECIAL = re.compile(r"(?:[^\\]++|\\[^u])*+\\u00[0-7]", re.DOTALL).match
"""A character that means something else in JSON than in a string of it."""
_INNER_BLANKS = re.compile(
    r'(\\"(?:[^"\\]++|\\\\(?:\\["\\]|[^"\\])|\\[^"\\])*+\\")|(?: |\\[nrt])++',
)
_BLANKS = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))|[ \t\n\r]++', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
RESERVED = '{"json":'
"""Begins what stands for a string that holds JSON."""


def without_blanks(document: str) -> str:
    """The document, whole or cut off, without the blanks between its lexemes."""
    return _BLANKS.sub(_kept, document)


def narrowed(document: str) -> str:
    """A document without blanks, whose strings that hold JSON have none either."""
    return _STRING.sub(_narrowed, document)


def unwrapped(document: str) -> str:
    """A document without blanks; a string that holds JSON becomes `{"json":…}`, the JSON without escapes."""
    return narrowed(document) if RESERVED in document else _opened(document)


def _opened(document: str) -> str:
    return _CUT_STRING.sub(_unwrapped_beginning, _STRING.sub(_unwrapped, document))


def _narrowed(match: re.Match[str]) -> str:
    short = f'"{_INNER_BLANKS.sub(_kept, match[1])}"'
    if len(short) == len(match[0]):
        return match[0]
    try:
        same = _meaning(json.loads(match[0])) == _meaning(json.loads(short))
    except (ValueError, RecursionError):
        return match[0]
    return short if same else match[0]


def _unwrapped(match: re.Match[str]) -> str:
    # What is written as \u… stays so: the same inside a string, and no JSON outside of one.
    inner = without_blanks(_ESCAPE.sub(_unescaped, match[1]))
    try:
        same = RESERVED not in inner and _meaning(json.loads(match[0])) == _meaning(inner)
    except (ValueError, RecursionError):
        return match[0]
    short = f"{RESERVED}{_opened(inner)}}}" if same else match[0]
    return short if len(short) < len(match[0]) else _narrowed(match)


def _unwrapped_beginning(match: re.Match[str]) -> str:
    """A string that the end of the document cuts off, and with it the JSON inside.

    Half an escape at the end goes: inside it would be half of another one.
    """
    inner = without_blanks(_ESCAPE.sub(_unescaped, match[1]))
    found = documents(inner)
    is_json = len(found) == 1 and (found[0].start, found[0].end) == (0, len(inner))
    if not is_json or RESERVED in inner or _SPECIAL(match[1]):
        return match[0]
    return f"{RESERVED}{_opened(inner)}"


def _unescaped(match: re.Match[str]) -> str:
    return match[0] if match[1] == "u" else _ESCAPED.get(match[1], match[1])


def _kept(match: re.Match[str]) -> str:
    return match[1] or ""


def _meaning(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=list)
