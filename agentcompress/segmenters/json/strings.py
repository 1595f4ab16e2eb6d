"""Long texts inside JSON strings → stretches that end with their escaped lines, never inside an escape."""

import re

from agentcompress.segmenters.stretches import joined, stretches

_LINE = re.compile(r"(?:(?:\\r)?\\n)*+(?:[^\\]++|\\(?!r\\n|n).)*+", re.DOTALL)
_BLANKS = re.compile(r"(?: |\\[nrt])*+")
_LOW_SURROGATE = re.compile(r"\\u[dD][c-fC-F]")
_HIGH_SURROGATE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}")


def string_stretches(text: str, start: int, end: int, width: int) -> list[tuple[int, int, int]]:
    """Where stretches of a string's inside begin, where behind blanks their content begins, where they end.

    An escaped line end stands at the begin of the stretch behind it.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text, start, end):
        if line.end() > line.start():
            spans += _whole_escapes(text, stretches(text, *line.span(), width))
    made = []
    for first, stop in joined(spans, width // 2):
        blanks = _BLANKS.match(text, first, stop)
        core = blanks.end() if blanks else first
        made.append((first, core if core < stop else first, stop))
    return made


def _whole_escapes(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if len(spans) < 2:
        return spans
    cuts = [spans[0][0]]
    for at, _ in spans[1:]:
        at -= _slashes(text, cuts[-1], at) % 2
        pair = max(cuts[-1], at - 6)
        split = _LOW_SURROGATE.match(text, at) and _HIGH_SURROGATE.match(text, pair)
        if split and _slashes(text, cuts[-1], pair) % 2 == 0:
            at = pair
        if at > cuts[-1]:
            cuts.append(at)
    return list(zip(cuts, [*cuts[1:], spans[-1][1]], strict=True))


def _slashes(text: str, start: int, end: int) -> int:
    """How many backslashes stand right before a position."""
    at = end
    while at > start and text[at - 1] == "\\":
        at -= 1
    return end - at
