"""Unified diffs, alone or in what `git show` and `git log -p` print."""

import re

from agentcompress.values import Cut

from .rows import SAMPLE, Rows
from .stretches import lines

_HUNK = re.compile(r"@@+ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@+")
_HUNKS = re.compile(r"^@@+ -\d+(?:,\d+)? .*@@", re.MULTILINE)
_FILE = re.compile(r"diff --(?:git|cc|combined) |diff -\S* \S|Index: \S")
_ABOUT_FILE = re.compile(
    r"index [0-9a-f]+|(?:new|deleted) file mode|(?:old|new) mode|(?:dis)?similarity index|rename |copy "
    r"|={60,}$|Binary files |GIT binary patch"
)
_COMMIT = re.compile(r"commit [0-9a-f]{7,}\b")
_NOTHING = "/dev/null"
_LEAST_SHARE = 0.5


class DiffSegmenter:
    """Cuts a diff into its lines, each under the header of its hunk, and that under the name of its file."""

    def fits(self, text: str) -> bool:
        """Whether the text begins with hunks, maybe after what is said about a commit."""
        sample = text[:SAMPLE]
        if not _HUNKS.search(sample):
            return False
        read = sum(piece.end - piece.start for piece in self.cut(sample).pieces if piece.kind != "line")
        return read >= _LEAST_SHARE * len(sample)

    def cut(self, text: str) -> Cut:
        """A piece a line."""
        return _Reader(text).cut()

    def compact(self, text: str) -> str:
        """The text itself: a diff repeats nothing, and its spaces count."""
        return text


class _Reader:
    """Reads a diff line by line, knowing how many lines of the hunk are still to come."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rows = Rows(text)
        self._commit: int | None = None
        self._file: int | None = None
        self._hunk: int | None = None
        self._old = self._new = 0

    def cut(self) -> Cut:
        for start, end in lines(self._text):
            if self._text.startswith("@@", start):
                self._open_hunk(start, end)
            elif self._old <= 0 and self._new <= 0:
                self._outside(start, end)
            elif self._text.startswith("diff --git ", start):
                self._old = self._new = 0
                self._outside(start, end)
            else:
                self._inside(start, end)
        return self._rows.cut()

    def _open_hunk(self, start: int, end: int) -> None:
        said = _HUNK.match(self._text, start, end)
        self._old, self._new = (int(count[:9] if count else 1) for count in said.groups()) if said else (0, 0)
        self._hunk = self._rows.add(start, end, "heading", self._file)

    def _inside(self, start: int, end: int) -> None:
        mark = self._text[start]
        blank = max(0, self._text.count("\n", start, end) - 1)
        self._old -= (mark not in "+\\") + blank
        self._new -= (mark not in "-\\") + blank
        self._rows.add(start, end, "code", self._hunk)

    def _outside(self, start: int, end: int) -> None:
        text = self._text
        if _COMMIT.match(text, start, end):
            self._file = self._hunk = None
            self._commit = self._rows.add(start, end, "heading")
        elif _FILE.match(text, start, end):
            self._hunk = None
            self._file = self._rows.add(start, end, "heading", self._commit)
        elif text.startswith(("--- ", "+++ "), start):
            self._hunk = None
            # The line that names the file as it is now says it once, and is the last before the hunks.
            named = self._rows.add(start, end, "heading", self._commit)
            if not text.startswith(_NOTHING, start + 4):
                self._file = named
        elif _ABOUT_FILE.match(text, start, end):
            self._rows.add(start, end, "heading", self._file)
        elif self._hunk is not None and text[start] in "+- \\":
            # Diffs written by hand count their lines wrong.
            self._rows.add(start, end, "code", self._hunk)
        else:
            self._rows.add(start, end)
