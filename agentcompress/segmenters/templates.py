"""Log templates: what lines have in common, so that those that say something else stand out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from .output_lines import TIMES, Mark

# Only whole tokens: what differs inside an identifier or a path is what a line is needed for.
# A digit comes first, as that is what the regex engine finds fast.
_VARIES = re.compile(
    r"[0-9](?<![\w./#@:+-].)(?:"
    r"\d{3}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d?:\d\d(?::\d\d)?(?:[.,]\d+)?"
    r"|\d*/\d+"
    r"|\d*(?:\.\d+)?(?: ?(?:[mµun]?s|%|[kKMGT]?i?B(?:/s)?))"
    r"|\d?"
    r")(?![./#@:+-]*\w)"
)
_NUMBERED = re.compile(r"(?<!\S)[^\s\d]*+\d\S*")
_RUN = 4
"""Lines of one template in a row from which they are one piece."""
_LINES = 10
"""Lines of such a piece."""
_SAVED = 30
"""Characters that such a piece must be able to do without."""
_SAMPLE = 2000
_COMMON = 5
"""Lines of the sample that a template must have for its lines to be nothing special."""
_REMEMBERED = 50_000


def grouped(text: str, marks: Iterable[Mark]) -> Iterator[Mark]:
    """The marks, lines in a row that differ in times, sizes and counters alone in one.

    Lines that differ in a word, an identifier or a larger number stay apart: any of them
    may be the one that is asked for.
    """
    for (_, kind), group in groupby(marks, lambda mark: (_wording(text, mark), mark.kind)):
        alike = [*group]
        if len(alike) < _RUN or kind != "line":
            yield from alike
            continue
        for _, same in groupby(alike, lambda mark: _VARIES.sub("#", text[mark.start : mark.end])):
            run = [*same]
            for first in range(0, len(run), _LINES):
                yield from _together(text, run[first : first + _LINES])


def _wording(text: str, mark: Mark) -> bytes:
    """The line without its digits: cheap to compare, and equal wherever a template is."""
    return text[mark.start : mark.end].encode("utf-8", "surrogatepass").translate(None, b"0123456789")


def _together(text: str, run: list[Mark]) -> list[Mark]:
    """Lines of one template as one piece, of which the first and the last can stand for all."""
    if len(run) < _RUN:
        return run
    start, end = run[0].start, run[-1].end
    first, last = text[run[0].start : run[0].end], text[run[-1].start : run[-1].end]
    short = f"{first}… {TIMES}{len(run) - 2}\n{last}"
    return [Mark(start, end, condensed=(short,))] if len(short) + _SAVED <= end - start else run


def standing_out(text: str, marks: Iterable[Mark]) -> Iterator[Mark]:
    """The marks of a huge text; lines of no common template are to stay pieces of their own."""
    common = _common(text)
    known: dict[bytes, bool] = {}
    for mark in marks:
        wording = _wording(text, mark)
        if (usual := known.get(wording)) is None:
            tokens = _tokens(text[mark.start : mark.end])
            usual = any(
                all(tokens[at] == token for at, token in fixed) for fixed in common.get(_bucket(tokens), ())
            )
            if len(known) < _REMEMBERED:
                known[wording] = usual
        yield mark if usual else mark._replace(alone=True)


_Fixed = list[tuple[int, str]]
"""Positions of a template that say the same in each of its lines, and what they say."""


def _common(text: str) -> dict[tuple[int, str], list[_Fixed]]:
    """Templates of many lines, by number of tokens and first token, mined from a sample of the lines."""
    from drain3.drain import Drain  # costs some 100 ms

    drain = Drain(depth=4, sim_th=0.5, max_children=50, max_clusters=500)
    for number in range(_SAMPLE):
        start = text.find("\n", number * len(text) // _SAMPLE) + 1
        end = text.find("\n", start, start + 2000)
        drain.add_log_message(" ".join(_tokens(text[start : max(start, end)])))
    common: dict[tuple[int, str], list[_Fixed]] = defaultdict(list)
    for cluster in drain.clusters:
        tokens = [*cluster.log_template_tokens]
        if tokens and cluster.size >= _COMMON:
            common[_bucket(tokens)].append([(at, token) for at, token in enumerate(tokens) if token != "<*>"])
    return common


def _tokens(line: str) -> list[str]:
    return _NUMBERED.sub("#", line).split()


def _bucket(tokens: list[str]) -> tuple[int, str]:
    return len(tokens), tokens[0] if tokens else ""
