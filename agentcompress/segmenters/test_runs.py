"""Test runs: what failed, why, and how many passed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from agentcompress.values import Cut, Piece, SegmentKind

from .output_lines import Mark, beginning, cut_at, plain, tidy
from .tracebacks import marked

_SUMMARY = re.compile(
    r"=+ (?:test session starts|(?:\d+ \w+, )*\d+ \w+.* in [\d.]+s.*|no tests ran.*|FAILURES|ERRORS"
    r"|short test summary info|warnings summary.*|slowest .*) =+\s*$"  # pytest
    r"|\d+ (?:passed|failed|errors?)\b.* in [\d.]+s"
    r"|(?:FAILED|ERROR) \S+::\S"
    r"|Ran \d+ tests? in [\d.]+s|(?:FAIL|ERROR): \w+ \(\S+\)$"  # unittest
    r"|running \d+ tests?$|test result: (?:ok|FAILED)\."  # cargo
    r"|=== RUN\s|--- (?:FAIL|PASS|SKIP): \S|(?:ok|FAIL)\s+\S+\s+(?:[\d.]+s|\(cached\)|\[)"  # go
    r"|(?:PASS|FAIL)\s+\S+\.\w+\s*(?:\([\d.]+ m?s\))?$|Test(?: Suite)?s:\s+\d+ "  # jest
    r"|\s+Test Files\s+\d+ |\s+Tests\s+\d+ (?:passed|failed)"  # vitest
    r"|\s+\d+ (?:passing|failing)\b|\d+ examples?, \d+ failures?"  # mocha, rspec
    r"|PHPUnit \d|Tests: \d+, Assertions: \d+"
    r"|(?:\[\w+\]\s+)?Tests run: \d+, +Failures: \d+"  # maven
    r"|\d+ tests? completed, \d+ failed"  # gradle
    r"|1\.\.\d+$|(?:not )?ok \d+ - "  # TAP
)
_FAILED = re.compile(
    r"_{3,} \S.* _{3,}\s*$"
    r"|(?:FAIL|ERROR): \w+ \(\S+\)"
    r"|\s*--- FAIL: |---- \S+ stdout ----"
    r"|\s{0,4}● \S"
    r"|not ok \d+"
    r"|.*<<< (?:FAILURE|ERROR)!"
    r"|\s*FAIL  \S|\S.* > .* FAILED$"
    r"|\s{0,4}\d+\) \S"
)
_REASON = re.compile(
    r"E(?:\s{2,}|\s*$)"  # pytest
    r"|\s+\S+\.go:\d+: "
    r"|\s*(?:[Ee]xpected|[Rr]eceived|[Aa]ctual|left|right|got|want)\s?[:=]|.*\bexpected: ?<"
    r"|\s*(?:\w+\.)*Assert\w*(?:Error|Exception)?:|\s*(?:assertion .* failed|expect\(.*\)\.\w)"
    r"|\S+:\d+: \w*(?:Error|Exception|Failure)\b"
    r"|(?:FAILED|ERROR|FAIL)\b|Failed asserting "
)
_PASSED = re.compile(r"ok\b|=== RUN|\s*--- (?:PASS|SKIP)|PASS\b|1\.\.")
_POINTED = re.compile(r">  |\s*> *\d+ \|")
_SAMPLE = 8000
_HEAD = 160
"""Characters above which a header is not repeated over what belongs to it."""


class TestRunSegmenter:
    """Cuts a piece a line; the lines that say why a test failed stand under the test's header."""

    __test__ = False  # no test itself, whatever its name

    def fits(self, text: str) -> bool:
        """Whether a runner's banner stands in the first or last lines."""
        samples = (text[:_SAMPLE], text[-_SAMPLE:]) if len(text) > _SAMPLE else (text,)
        return any(
            _SUMMARY.match(plain(line[:200])) for line in chain(*(each.split("\n") for each in samples))
        )

    def cut(self, text: str) -> Cut:
        """A piece a line, stack traces by frame."""
        return Cut(pieces=_under_headers(text, cut_at(text, _read(text)).pieces))

    def compact(self, text: str) -> str:
        """Without colour codes, trailing spaces and repeated lines."""
        return tidy(text)


def _read(text: str) -> Iterator[Mark]:
    for mark in marked(text):
        kind = _kind(beginning(text, mark.start, mark.end), mark.kind)
        yield mark if kind == mark.kind else mark._replace(kind=kind, alone=True)


def _kind(line: str, kind: SegmentKind) -> SegmentKind:
    if _FAILED.match(line):
        return "heading"
    if _REASON.match(line) or _POINTED.match(line):
        return "error"
    if _SUMMARY.match(line):
        return kind if _PASSED.match(line) else "heading"
    return kind


def _under_headers(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, errors headed by the failed test that they belong to."""
    made: list[Piece] = []
    header: int | None = None
    for index, piece in enumerate(pieces):
        if piece.kind in ("heading", "error"):
            line = beginning(text, piece.start, piece.end)
            if piece.kind == "heading" and _FAILED.match(line):
                header = index if piece.end - piece.start <= _HEAD else None
            elif _SUMMARY.match(line):
                header = None
            elif header is not None and piece.kind == "error":
                piece = replace(piece, head=header)
        made.append(piece)
    return made
