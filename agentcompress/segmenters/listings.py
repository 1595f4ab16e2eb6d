"""Names of files: what ls, find, tree, du and git print about a folder."""

import re

from agentcompress.values import Cut

from .rows import Rows, sampled
from .stretches import lines

_LONG = re.compile(
    r"(?P<about>[ \t]*(?:\d+[ \t]+){0,2}[bcdlps-](?:[r-][w-][xsStT-]){3}[.+@]?"
    r"[ \t]+\d+[ \t]+\S+[ \t]+(?:\S+[ \t]+)?\d[\d,.]*[KMGTPB]?[ \t]+"
    r"(?:[A-Z][a-z]{2}[ \t]+\d{1,2}[ \t]+[\d:]{4,5}|\d{1,2}[ \t]+[A-Z][a-z]{2}[ \t]+[\d:]{4,5}"
    r"|(?:\d{4}-)?\d\d-\d\d[ \t]+\d\d:\d\d(?::[\d.]+)?(?:[ \t]+[+-]\d{4})?))"
    r"[ \t](?P<name>\S[^\n]*)"
)
_BRANCH = re.compile(r"[│|  \t]*(?:[├└]──|\|--|`--|\+---?|\\---)[  ]|[ \t]*- ")
_PATH = re.compile(
    r"(?=[^\s]*[A-Za-z_])(?:[^\s<>(){}\[\];=\"'`|,*]*[/\\][^\s<>{};=\"'`|,*]*|[\w.+@-]*\w\.\w{1,8})$"
)
_FOLDER = re.compile(r"(?=[^\s:,;(){}=\"']*[/.])[^\s,;(){}=\"']*:$")
_STATUS = re.compile(
    r"[ MADRCUT?!]{2} \S+$|[MADRCTU]\d{0,3}\t\S+|\t[\w./-]+$"
    r"|\t(?:modified|new file|deleted|renamed|both \w+|typechange): "
    r"| \S.* \| +(?:\d+ [+-]*|Bin .*)$"
    r"|[ \t]*[\d.,]+[KMGTPB]?[ \t]+(?=\S*[A-Za-z])\S*[/.]\S*$|total [\d.]+[KMG]?$"
)
_CODED = re.compile(r"[A-Za-z0-9+/=]{48,}$")
_CELL = re.compile(r"[\w.][\w.+@~#:-]*[/*@|=]?$")
_COLUMNS = re.compile(r"\t+ *| {2,}\t*")
_LEAST_SHARE = 0.65
_LEAST_LINES = 2
_LONGEST_HEADING = 160


class ListingSegmenter:
    """Cuts a piece a line; files stand under the folder they are listed under."""

    def fits(self, text: str) -> bool:
        """Whether most of the first lines are names of files, or rows about one."""
        sample = sampled(text)
        sure = [line for line in sample if _listed(line)]
        rows = {line: _names(line) for line in sample}
        names = [cell for line in sample for cell in rows[line]]
        likely = sum(bool(rows[line]) for line in sample) - sum(bool(rows[line]) for line in sure)
        foldered = any(_FOLDER.match(line.rstrip()) for line in sure)
        if not foldered and 2 * sum(_PATH.match(name) is not None for name in names) < len(names):
            likely = 0
        found = len(sure) + likely
        return len(sure) + likely // 2 >= _LEAST_LINES and found >= _LEAST_SHARE * len(sample)

    def cut(self, text: str) -> Cut:
        """A piece a line: an entry, or a row of names."""
        rows = Rows(text)
        folder: int | None = None
        branches: list[tuple[int, int]] = []
        before: int | None = None
        for start, end in lines(text):
            if branch := _BRANCH.match(text, start, end):
                depth = branch.end() - start
                if not branches and before is not None:
                    branches = [(0, before)]
                while branches and branches[-1][0] >= depth:
                    branches.pop()
                head = branches[-1][1] if branches else folder
                branches.append((depth, rows.add(start, end, "record", head)))
                continue
            branches.clear()
            if _is_heading(text, start, end):
                folder = before = rows.add(start, end, "heading")
            elif long := _LONG.match(text, start, end):
                short = f"… {long['name']}" + text[long.end() : end]
                before = rows.add(start, end, "record", folder, (short,))
            else:
                before = rows.add(start, end, "record", folder)
        return rows.cut()

    def compact(self, text: str) -> str:
        """Without the spaces that align columns."""
        made = "\n".join([_unaligned(line.rstrip(" \t\r")) for line in text.split("\n")])
        return made if len(made) < len(text) else text


def _is_heading(text: str, start: int, end: int) -> bool:
    return end - start <= _LONGEST_HEADING and text[start:end].rstrip().endswith(":")


def _listed(line: str) -> bool:
    line = line.rstrip()
    if branch := _BRANCH.match(line):
        return branch[0].strip() != "-" or _PATH.match(line, branch.end()) is not None
    if _PATH.match(line):
        return _CODED.match(line) is None
    return any(shape.match(line) is not None for shape in (_FOLDER, _STATUS, _LONG))


def _names(line: str) -> list[str]:
    """The names in a row of several, as ls prints them on a terminal; none where it is something else."""
    cells = _COLUMNS.split(line.rstrip())
    return cells if all(_CELL.match(cell) for cell in cells) else []


def _unaligned(line: str) -> str:
    if long := _LONG.match(line):
        return " ".join(long["about"].split()) + " " + long["name"]
    names = _names(line) if "\t" in line or "  " in line else []
    return " ".join(names) or line
