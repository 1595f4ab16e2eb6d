"""Logs: lines that begin with a time, a level or a step of a build."""

import re

from agentcompress.values import Cut

from .output_lines import cut_at, plain, tidy
from .stretches import WIDTH, grain
from .templates import grouped, standing_out
from .tracebacks import marked

_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL|SEVERE)"
_PREFIX = re.compile(
    r"(?:[\w.-]+ +\| )?[\[(<]?(?:"
    r"(?:\w+=\"?)?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?!:\d\d,\D)"
    r"|\d\d:\d\d:\d\d(?:[.,]\d+|[\] ])"
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
    r"|\d\d/\w{2,3}/\d{2,4}[ :]\d\d:\d\d"
    r"|[DIWEF]\d{4} \d\d:\d\d"
    rf"|{_LEVEL}(?:[\]:|]|\s)|(?i:{_LEVEL})[\]:]|(?:level|lvl)="
    r"|npm (?:warn|notice|http|info|ERR!|error|WARN)\b"
    r"|\s*\d{1,3}%\]|\d+/\d+\] |\d{9,10}\.\d{3}|\s*\d+\.\d{6}\]|#\d+ (?:\d+\.\d+|\[|DONE|CACHED)"
    r")"
    r"|\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:"
)
_SAMPLE = 4000
_LINES = 3


class LogSegmenter:
    """Cuts a piece a line; lines in a row that say the same stand together."""

    def fits(self, text: str) -> bool:
        """Whether two thirds of the first lines that are not continued ones begin as a log's do."""
        sample = text[:_SAMPLE].split("\n")
        begun = [plain(line) for line in sample[: -1 if len(text) > _SAMPLE else None]]
        begun = [line for line in begun if line and not line[0].isspace()]
        logged = sum(_PREFIX.match(line) is not None for line in begun)
        return logged >= _LINES and 3 * logged >= 2 * len(begun)

    def cut(self, text: str) -> Cut:
        """A piece a line, stack traces by frame, repetitions together."""
        together = grouped if grain(text) == WIDTH else standing_out
        return cut_at(text, together(text, marked(text)))

    def compact(self, text: str) -> str:
        """Without colour codes, trailing spaces and repeated lines."""
        return tidy(text)
