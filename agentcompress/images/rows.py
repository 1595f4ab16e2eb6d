"""Lines of text → rows, as the eye reads a page."""

from collections.abc import Sequence

from agentcompress.values import Box, TextLine


def rows_of(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Rows from top to bottom, in each the lines from left to right, whatever order they come in.

    A line belongs to a row where the middles of both lie closer together than half the lower of them is high.
    """
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (line.box[1] + line.box[3], line.box, line.text)):
        if rows and _beside(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: (line.box, line.text)) for row in rows]


def _beside(one: TextLine, other: TextLine) -> bool:
    (_, top, _, bottom), (_, high, _, low) = one.box, other.box
    return abs((top + bottom) - (high + low)) < min(bottom - top, low - high)


def read_rows(lines: Sequence[TextLine]) -> list[TextLine]:
    """Each row as one line, two spaces where lines meet: what stands on one row is said together."""
    return [
        TextLine(text="  ".join(line.text for line in row), box=_around([line.box for line in row]))
        for row in rows_of(lines)
    ]


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
