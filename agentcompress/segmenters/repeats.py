"""Passages that stand twice in one text → the second time only where the first begins and ends."""

import re
from collections.abc import Sequence
from itertools import pairwise

from agentcompress.values import atoms_of

_RESERVED = "[as above from “"
_BOUNDARY = re.compile(r"(?<=[.!?:;])[ \t]+(?=\S)|\n+|(?<!\\)(?=\\n)")
_LEAST = 240
"""Characters of a passage that is worth a reference."""
_LARGEST_SHARE = 0.5
_MOST = 100
"""References in a text: each has to be looked for."""
_LARGEST = 2_000_000
_QUOTED = 20, 60, 140
"""Characters at least of what tells the beginning and the end from others."""
_QUOTES = re.compile("[“”]")
_BLANK = re.compile(r"\s")

Span = tuple[int, int]


def said_once(text: str, within: Sequence[Span] | None = None) -> str:
    """The text with `[as above from “…” to “…”]` for each long passage that stands above word for word.

    The passage meant begins where what is quoted first occurs first in the text, and ends where
    what is quoted then occurs first from there.

    Args:
        text: Any text; one that has such references already, or is very large, stays as it is.
        within: Spans that a passage does not reach out of, in order; the whole text by default.
    """
    if len(text) > _LARGEST or len(text) < 2 * _LEAST or _RESERVED in text:
        return text
    units = [unit for span in within or [(0, len(text))] for unit in _units(text, *span)]
    short = _written(text, units)
    return short if set(atoms_of(text)) <= set(atoms_of(short)) else text


def _units(text: str, start: int, end: int) -> list[Span]:
    """Sentences and lines: what passages are made of; behind them an empty one, which no passage holds."""
    bounds = [start, *(found.end() for found in _BOUNDARY.finditer(text, start, end)), end]
    return [*((left, right) for left, right in pairwise(bounds) if left < right), (end, end)]


def _written(text: str, units: Sequence[Span]) -> str:
    first: dict[str, int] = {}
    places = [-1] * len(units)
    out = ""
    at = number = references = 0
    while number < len(units):
        start, end = units[number]
        known = first.setdefault(text[start:end], number) if start < end else number
        count = 1
        if known < number and references < _MOST:
            count = max(1, _alike(text, units, places, known, number))
            whole = text[start : units[number + count - 1][1]]
            passage = whole.strip()
            if len(passage) >= _LEAST:
                indent = len(whole) - len(whole.lstrip())
                before = out + text[at : start + indent]
                if reference := _reference(before, passage, places[known] + indent):
                    out = before + reference
                    at = start + indent + len(passage)
                    references += 1
                    number += count
                    continue
        for shown in range(number, number + count):
            places[shown] = len(out) + units[shown][0] - at
        number += count
    return out + text[at:]


def _alike(text: str, units: Sequence[Span], places: Sequence[int], known: int, number: int) -> int:
    """How many units from one on are those from an earlier one on, which all stand in the new text."""
    count = 0
    while number + count < len(units) and known + count < number and places[known + count] >= 0:
        left, right = units[known + count], units[number + count]
        if right[0] == right[1] or text[slice(*left)] != text[slice(*right)]:
            break
        count += 1
    return count


def _reference(before: str, passage: str, place: int) -> str:
    """What stands for a passage that stands at a place before it; empty where that cannot be said shortly."""
    for least in _QUOTED:
        blank = _BLANK.search(passage, least)
        begin = passage[: blank.start()] if blank else ""
        if begin and before.find(begin) == place:
            break
    else:
        return ""
    for least in _QUOTED:
        end = re.split(r"\s", passage[:-least])[-1] + passage[-least:]
        if before.find(end, place) == place + len(passage) - len(end):
            break
    else:
        return ""
    reference = f"{_RESERVED}{begin}” to “{end}”]"
    unclear = _QUOTES.search(begin) or _QUOTES.search(end)
    return "" if unclear or len(reference) > _LARGEST_SHARE * len(passage) else reference
