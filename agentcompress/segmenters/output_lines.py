"""What every kind of command output shares: lines as a terminal would show them, marked and made pieces."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from agentcompress.values import Cut, Piece, SegmentKind, atoms_of

from .stretches import MOST_PIECES, WIDTH, grain, lines, stretches

_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[()][0-9A-Z]|[=>78A-Z\\^_])")
_ERASED = re.compile(r"(?:[^\x08\n]\x08)+")
_DRAWN = re.compile(r"[\x1b\x08]|\r(?!\n|$)")
TIMES = "×"  # noqa: RUF001
"""Stands before how often a line occurs."""
_BLOCK = 1 << 20
_LOOKED_AT = 400
_UPDATES = 800
"""Characters of overwritten updates that are one piece."""


class Mark(NamedTuple):
    """A line, or lines that stand together, on the way to a piece."""

    start: int
    end: int
    kind: SegmentKind = "line"
    alone: bool = False
    """Whether it stays a piece of its own in a text that is cut coarsely."""
    condensed: tuple[str, ...] = ()


def drawn(text: str) -> bool:
    """Whether a terminal would show something else than the characters in the text."""
    return _DRAWN.search(text) is not None


def plain(line: str) -> str:
    """The line as a terminal shows it in the end: no colour codes, nothing that was overwritten."""
    if "\x1b" not in line and "\x08" not in line and "\r" not in line:
        return line
    said = _ERASED.sub("", _CODES.sub("", line))
    body = said.rstrip("\r\n")
    if "\r" in body:
        body = next(update for update in reversed(body.split("\r")) if update)
    return body + said[len(said.rstrip("\r\n")) :]


def beginning(text: str, start: int, end: int) -> str:
    """What a terminal shows of the line, as far as patterns look: none goes back and forth in a huge one."""
    line = text[start : min(end, start + _LOOKED_AT)]
    return (plain(line) if "\x1b" in line else line).rstrip()


def blocks(text: str) -> Iterator[list[tuple[int, int]]]:
    """Spans of the lines, a megabyte at a time, so that a huge text is never held in lines as a whole."""
    start = 0
    while start < len(text):
        at = text.find("\n", start + _BLOCK)
        end = len(text) if at < 0 else at + 1
        spans = lines(text, start, end)
        yield _overwritten(text, spans) if text.find("\r", start, end) >= 0 else spans
        start = end


def _overwritten(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in which updates that overwrite each other on one screen line stand together."""
    made: list[tuple[int, int]] = []
    for start, end in spans:
        before = made[-1] if made else (0, 0)
        if text[before[1] - 1 : before[1]] == "\r" and end - before[0] <= _UPDATES:
            made[-1] = (before[0], end)
        else:
            made.append((start, end))
    return made


def cut_at(text: str, marks: Iterable[Mark]) -> Cut:
    """The marks as pieces, fewer and larger ones where the text is huge."""
    width = grain(text)
    return Cut(pieces=[*_pieces(text, _coarse(marks, width) if width > WIDTH else marks, width)])


def _coarse(marks: Iterable[Mark], least: int) -> Iterator[Mark]:
    """Neighbours made one until each has `least` characters; what stands alone does, while there is room."""
    room = MOST_PIECES // 2
    held: Mark | None = None
    for mark in marks:
        alone = mark.alone and room > 0
        room -= alone
        if held and not alone and not held.alone and held.end - held.start < least:
            held = Mark(held.start, mark.end, "error" if "error" in (held.kind, mark.kind) else held.kind)
            continue
        if held:
            yield held
        held = mark._replace(alone=alone)
    if held:
        yield held


def _pieces(text: str, marks: Iterable[Mark], width: int) -> Iterator[Piece]:
    """The marks as pieces; long lines in stretches, drawn ones with what the terminal shows in the end."""
    any_drawn = drawn(text)
    for start, end, kind, _, condensed in marks:
        if condensed:
            yield Piece(start=start, end=end, kind=kind, condensed=condensed)
            continue
        said = text[start:end]
        forms = _shown(said) if any_drawn and drawn(said) else ()
        if forms or end - start <= 2 * width:
            yield Piece(start=start, end=end, kind=kind, condensed=forms)
            continue
        for left, right in stretches(text, start, end, width):
            yield Piece(start=left, end=right, kind=kind)


def _shown(said: str) -> tuple[str, ...]:
    shown = plain(said)
    shorter = shown.strip() and len(shown) <= 0.75 * len(said)
    return (shown,) if shorter and set(atoms_of(shown)) <= set(atoms_of(said)) else ()


def tidy(text: str) -> str:
    """The same output without colour codes, trailing spaces and runs of blank or repeated lines."""
    out = []
    for line, group in groupby(text.split("\n"), _tidy_line):
        times = sum(1 for _ in group)
        if times > 1 and (len(line) - 2) * (times - 1) > 20:
            out.append(f"{line} [{TIMES}{times}]")
        else:
            out += [line] * (times if line else 1)
    made = "\n".join(out)
    return made if len(made) < len(text) else text


def _tidy_line(line: str) -> str:
    if drawn(line):
        shown = plain(line)
        line = shown if set(atoms_of(line)) <= set(atoms_of(shown)) else line
    return line.rstrip(" \t\r")
