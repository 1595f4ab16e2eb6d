"""What grep and its kin print: lines with the file and line number they were found at."""

import re
from collections import Counter
from itertools import pairwise

from agentcompress.values import Cut, SegmentKind

from .rows import Rows, opening, sampled
from .stretches import lines

_DRIVE = r"(?:[A-Za-z]:(?=[\\/]))?"
_PLACE = re.compile(
    rf"(?!\d+:){_DRIVE}(?=[^\s:]*[./\\]|[A-Z])[^\s:(\[]+(?::\d+:(?:\d+:)?"  # path:line:text
    r"|\(\d+,\d+\): )"  # path(line,column): text
    r"|\d+:(?:\d+:(?!\d\d\b))?"  # line:text, under a path or of a single file
)
_CONTEXT = re.compile(r"(?=[^\s:]{0,300}[./\\])[^\s:]{1,300}?([-=])\d+\1|\d+[-=]")
_NUMBER = re.compile(r"(\d{1,9})[:=-]")
_AROUND = re.compile(r"\d+[-=]")
_CLOCK = re.compile(r"\d{1,2}:\d\d:\d\d\b")
_IN_FILE = re.compile(
    rf"({_DRIVE}(?:(?=[^\s:(\[]*[/\\])[^\s:]++|[\w.-]*\w\.[A-Za-z]\w{{0,7}})):(?![:/\\])(?=[^\n]*\S)"
)
_EXTENSION = re.compile(r"\.[A-Za-z]\w{0,7}$")
_SEPARATORS = frozenset({"--", "-----", "--\r"})
_NAMES_FILE = re.compile(r"[/\\]|\.[A-Za-z]\w{0,7}(?!\S)|\.[A-Za-z]\w{0,7}:$")
_LEAST_SHARE = 0.6
_LEAST_HITS = 2
_LEAST_LISTING = 3
"""Steps by one from which on numbered lines are a file rather than hits."""
_LONGEST_PATH = 160
_SHOWN = 40
"""Characters of a found line that are enough to recognise it."""


class MatchSegmenter:
    """Cuts a piece a line found, with its file and line number; lines grouped under a path stand under it."""

    def fits(self, text: str) -> bool:
        """Whether most of the first lines say where they were found, in order."""
        sample = [line for line in sampled(text) if line.rstrip() not in _SEPARATORS]
        least = max(_LEAST_HITS, _LEAST_SHARE * len(sample))
        return _with_numbers(sample) >= least or _in_files(sample) >= least

    def cut(self, text: str) -> Cut:
        """A piece a line."""
        rows = Rows(text)
        spans = lines(text)
        path: int | None = None
        for index, (start, end) in enumerate(spans):
            place = _PLACE.match(text, start, end)
            if place is None and not _CONTEXT.match(text, start, end):
                place = _IN_FILE.match(text, start, end)
                if place is None:
                    path = self._other(text, rows, spans, index, path)
                    continue
            kind: SegmentKind = "record" if place else "line"
            head = path if text[start].isdigit() else None
            row = text[start:end] if end - start > _SHOWN + 20 else ""
            condensed = opening(row, place.end() - start + _SHOWN) if place and row else ()
            rows.add(start, end, kind, head, condensed)
        return rows.cut()

    def compact(self, text: str) -> str:
        """The text itself: a path written once over its lines would no longer say `path:line`."""
        return text

    def _other(
        self, text: str, rows: Rows, spans: list[tuple[int, int]], index: int, path: int | None
    ) -> int | None:
        """Adds a line that is no hit, and says under which path the next lines stand."""
        start, end = spans[index]
        said = text[start:end].rstrip() if end - start <= 2 * _LONGEST_PATH else ""
        if said in _SEPARATORS:
            rows.add(start, end)
            return path
        heads = (
            0 < len(said) <= _LONGEST_PATH
            and index + 1 < len(spans)
            and _NUMBER.match(text, *spans[index + 1]) is not None
            and _NAMES_FILE.search(said) is not None
        )
        made = rows.add(start, end, "heading" if heads else "line")
        return made if heads else None


def _with_numbers(sample: list[str]) -> int:
    """How many lines are hits that say their line number, or stand around one."""
    alone = _ascend(sample)
    hits = [
        _PLACE.match(line) is not None and not _CLOCK.match(line) and (alone or not line[0].isdigit())
        for line in sample
    ]
    if not any(hits):
        return 0
    return sum(hit or _CONTEXT.match(line) is not None for hit, line in zip(hits, sample, strict=True))


def _ascend(sample: list[str]) -> bool:
    """Whether numbers before lines grow, but for where another file begins, and leave lines out."""
    numbers = [int(found[1]) if (found := _NUMBER.match(line)) else None for line in sample]
    steps = [
        after - before for before, after in pairwise(numbers) if before is not None and after is not None
    ]
    whole = all(step == 1 for step in steps) and not any(_AROUND.match(line) for line in sample)
    return all(step > 0 for step in steps) and (len(steps) < _LEAST_LISTING or not whole)


def _in_files(sample: list[str]) -> int:
    """How many lines begin with the name of the file they were found in, or stand around such a line."""
    named = Counter(found[1] for line in sample if (found := _IN_FILE.match(line)))
    # A name with a folder, or one that returns, is no key of a setting.
    files = [
        name
        for name, times in named.items()
        if _EXTENSION.search(name) and ("/" in name or "\\" in name or times > 1)
    ]
    marks = tuple(name + mark for name in files for mark in ":-")
    return sum(line.startswith(marks) for line in sample) if marks else 0
