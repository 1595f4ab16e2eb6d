"""Stack traces and the lines that state an error, in any text made of lines."""

import re
from collections.abc import Iterator

from agentcompress.values import Cut, SegmentKind

from .output_lines import Mark, beginning, blocks, cut_at, tidy
from .stretches import lines

_ERROR = re.compile(
    r"\b(?:ERROR|FATAL|CRITICAL|SEVERE|EMERG|FAILED|FAILURE)\b"
    r"|(?:[Ee]rror(?:\[\w+\])?|fatal|panic|FAIL|Failure|[A-Z]\w{0,80}Exception): "
    r"|level[\"']?[=:] ?[\"']?(?:error|fatal|critical|panic)"
    r"|\[(?:error|fatal|crit|alert|emerg)\]"
    r"|^[EF]\d{4} |[A-Z]\w{0,80}(?:Error|Exception):?\s*$|^(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b"
    r"|panicked at |^Caused by: |Segmentation fault|core dumped",
)
_SUSPECT = re.compile(
    "rror|ERROR|FATAL|fatal|FAIL|ailure|CRIT|crit|SEVERE|EMERG|emerg|alert|panic|xception"
    "|Caused by|Segmentation|core dumped"
)
"""Lines that state an error contain one of these, which is found faster."""
_FRAME = re.compile(r'(?P<indent>[\s|]*)File "[^"\n]+", line \d+|[^\s:]+:\d+: in \S')
_CALL = re.compile(
    r"[\s|]+(?:at (?:\S.*)?[(:].*|from \S+:\d+:in .*|\.\.\. \d+ (?:more|common frames omitted))$"
    r"|#\d+ (?:\S+\(\d+\): .*|\{main\})$"
)
_PLACE = re.compile(r"\s+(?:at )?\S+\.(?:go|rs):\d+")
_CALLED = re.compile(r"\s+\d+: \S|\S+\(.*\)$|created by ")
_RAISED = re.compile(
    r"(?:Exception in thread |Uncaught |Caused by: )?[\w.$/\" -]*[A-Z]\w*(?:: |$)|[^\s:]+:\d+:in "
)
_TRACES = re.compile(
    r'\n(?:[ \t|]*(?:File "|at \S|from \S+:\d+:in )|[^\s:]+:\d+: in |[ \t]+\S+\.go:\d|#0 \S+\(\d+\): )'
)
"""What a text with a trace contains; a line feed comes first, as that is found fast."""
_LIBRARY = re.compile(
    r"^\s*\.\.\. \d|\{main\}|site-packages|dist-packages|/lib/(?:python\d|ruby/)|/gems/|/vendor/|<frozen "
    r"|importlib|node_modules|\bnode:|internal/|\bat (?:java|javax|jdk|sun|scala|kotlin|org\.junit"
    r"|org\.springframework|org\.apache\.maven|org\.gradle|System|Microsoft)[./]|/go/src/|/rustc/"
    r"|\.cargo/registry|\b(?:core|std|runtime)(?:::|\.)"
)
_INDENT = re.compile(r"[\s|]*")
_SAMPLE = 2000
_CODE = 12
"""Characters of code from which leaving it out saves something."""
_CODE_LINES = 4
"""Lines of code that at most belong to one frame."""


def states_error(line: str) -> bool:
    """Whether the line says that something went wrong."""
    return _may_state_error(line) and _ERROR.search(line) is not None


def _may_state_error(line: str) -> bool:
    # E1231 and F1231 begin the errors of some logs.
    return line.startswith(("E", "F")) or _SUSPECT.search(line) is not None


def marked(text: str) -> Iterator[Mark]:
    """The lines of a text: frames of stack traces with their code, and what states an error."""
    for spans in blocks(text):
        start, end = max(0, spans[0][0] - 1), spans[-1][1]
        if _TRACES.search(text, start, end) or text.find("panicked at ", start, end) >= 0:
            yield from _Trace(text).marks(spans)
        else:
            yield from _errors(text, spans)


def _errors(text: str, spans: list[tuple[int, int]]) -> Iterator[Mark]:
    suspect, last = -1, spans[-1][1]
    for start, end in spans:
        if suspect < start:
            found = _SUSPECT.search(text, start, last)
            suspect = found.start() if found else last
        # E1231 and F1231 begin the errors of some logs.
        if (suspect < end or text[start] in "EF") and states_error(beginning(text, start, end)):
            yield Mark(start, end, "error", True)
        else:
            yield Mark(start, end)


class _Trace:
    """Reads lines one after the other, knowing what the trace so far lets expect."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._made: list[Mark] = []
        self._before = ""
        self._open: int | None = None
        """Indentation of the frames, until the line that names the exception."""
        self._code = 0
        """Lines of code that the frame just read may still have."""
        self.traced = 0
        """Lines of frames so far."""

    def marks(self, spans: list[tuple[int, int]]) -> list[Mark]:
        for start, end in spans:
            line = beginning(self._text, start, end)
            self._read(line, start, end)
            self._before = line
        return self._made

    def _read(self, line: str, start: int, end: int) -> None:
        indent = len(_INDENT.match(line)[0])  # type: ignore[index]
        if frame := _FRAME.match(line):
            self._add(start, end, _frame_kind(line))
            self.traced += 1
            self._open = len(frame["indent"]) if frame["indent"] else None
            self._code = _CODE_LINES
        elif self._code and indent > (self._open or 0):
            self._extend(end)
            self.traced += 1
            self._code -= 1
        elif _PLACE.match(line) and _CALLED.match(self._before):
            self._made[-1] = self._made[-1]._replace(end=end, kind=_frame_kind(line))
            self.traced += 2
        elif _CALL.match(line):
            if not _CALL.match(self._before) and _RAISED.match(self._before):
                self._made[-1] = self._made[-1]._replace(kind="error", alone=True)
            self._add(start, end, _frame_kind(line))
            self.traced += 1
        else:
            ends_trace = self._open is not None and line != "" and indent < self._open
            message = self._before.endswith(":") and "panicked at " in self._before
            error = ends_trace or message or states_error(line)
            self._add(start, end, "error" if error else "line")
            self._code = 0
            if ends_trace:
                self._open = None

    def _add(self, start: int, end: int, kind: SegmentKind) -> None:
        self._made.append(Mark(start, end, kind, kind == "error"))

    def _extend(self, end: int) -> None:
        """Makes the line of code part of the frame before it, which can be shown without."""
        frame = self._made[-1]
        place, *code = self._text[frame.start : end].splitlines(keepends=True)
        short = place.rstrip() + " …\n"
        self._made[-1] = frame._replace(end=end, condensed=(short,) if len("".join(code)) > _CODE else ())


def _frame_kind(line: str) -> SegmentKind:
    """Frames in a library are lines like others; those in the reader's own code show code."""
    return "line" if _LIBRARY.search(line) else "code"


class TracebackSegmenter:
    """Cuts a frame with its code a piece, and marks the line that names the exception."""

    def fits(self, text: str) -> bool:
        """Whether a third of the first or last lines are a stack trace's."""
        return any(_traced(sample) for sample in (text[:_SAMPLE], text[-_SAMPLE:]))

    def cut(self, text: str) -> Cut:
        """A piece a line, or a frame with its code."""
        return cut_at(text, marked(text))

    def compact(self, text: str) -> str:
        """Without colour codes, trailing spaces and repeated lines."""
        return tidy(text)


def _traced(sample: str) -> bool:
    """Whether frames, their code among them, are a third of the lines."""
    spans = lines(sample, 0, len(sample))
    trace = _Trace(sample)
    trace.marks(spans)
    return trace.traced >= 2 and 3 * trace.traced >= len(spans)
