"""Lines and stretches: what every content type falls back on."""

from agentcompress.values import token_spans

WIDTH = 80
"""Characters of a piece: small ones keep more of what the next step needs under the same
budget (80 beat 200 by two to seven points on recorded runs)."""
MOST_PIECES = 50_000
"""About how many pieces a text is cut into at most; a larger one is cut more coarsely."""


def grain(text: str, width: int = WIDTH) -> int:
    """Characters that one piece of this text should have at least, where it is long."""
    return max(width, len(text) // MOST_PIECES)


def lines(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the lines between two positions, line ends included, blank lines with the line before."""
    spans: list[tuple[int, int]] = []
    for line in text[start:end].splitlines(keepends=True):
        stop = start + len(line)
        if spans and line.isspace():
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
        start = stop
    return spans


def stretches(text: str, start: int, end: int, width: int = WIDTH) -> list[tuple[int, int]]:
    """Spans of about `width` characters between two positions, cut between words and never inside an atom."""
    if end - start <= 2 * width:
        return [(start, end)] if end > start else []
    cuts, free = [start], start
    for at, stop in (*((start + a, start + b) for a, b in token_spans(text[start:end])), (end, end)):
        while at - cuts[-1] >= width:
            target = max(cuts[-1] + width, free)
            # Scripts without spaces, and long runs of punctuation, may be cut anywhere.
            cuts.append(target if at - target >= width else at)
        free = stop
    if end - cuts[-1] < max(1, width // 2):
        cuts.pop()
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def joined(spans: list[tuple[int, int]], least: int) -> list[tuple[int, int]]:
    """Adjacent spans, neighbours made one until each has at least `least` characters."""
    made: list[tuple[int, int]] = []
    for start, end in spans:
        if made and made[-1][1] - made[-1][0] < least:
            made[-1] = (made[-1][0], end)
        else:
            made.append((start, end))
    return made
