"""What a fragment of code lacks, so that a parser can read it."""

import re
from collections.abc import Sequence

_QUOTES = ('"""', "'''")
_TRIPLE = re.compile("|".join(_QUOTES))
_BRACKET = re.compile(r"[()\[\]{}]")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


def mended(lines: Sequence[str], language: str) -> tuple[list[str], int]:
    """The lines with what a fragment lacks for a whole tree, and how many lines stand before them."""
    if language == "python":
        before = _python_before(lines)
        whole = [*before, *lines]
        cut_off = [quotes for quotes in _QUOTES if sum(line.count(quotes) for line in whole) % 2]
        return [*whole, *cut_off], len(before)
    if language == "ruby":
        return list(lines), 0
    text = "\n".join(lines)
    opens, closes = text.find("/*"), text.find("*/")
    before = ["/*"] if closes >= 0 and not 0 <= opens < closes else []
    balanced, closers = _balanced(lines)
    return [*before, *balanced, closers], len(before)


def _balanced(lines: Sequence[str]) -> tuple[list[str], str]:
    """The lines without brackets that nothing opens, and the brackets that close what stays open."""
    balanced = list(lines)
    still_open: list[str] = []
    depth = dict.fromkeys(")]}", 0)
    for number, line in enumerate(lines):
        unopened = []
        for match in _BRACKET.finditer(line):
            if closer := _CLOSERS.get(match[0]):
                still_open.append(closer)
                depth[closer] += 1
            elif not depth[match[0]]:
                unopened.append(match.start())
            else:
                while (closed := still_open.pop()) != match[0]:
                    depth[closed] -= 1
                depth[match[0]] -= 1
        if unopened:
            characters = list(line)
            for at in unopened:
                characters[at] = " "
            balanced[number] = "".join(characters)
    return balanced, "".join(reversed(still_open))


def _python_before(lines: Sequence[str]) -> list[str]:
    levels: list[int] = []
    for line in lines:
        if code := line.lstrip():
            indent = len(line) - len(code)
            if not levels or indent < levels[-1]:
                levels.append(indent)
            if indent == 0:
                break
    before = [" " * level + "if 1:" for level in sorted({0, *levels[1:]})] if levels and levels[0] else []
    if quotes := _closed_docstring(lines):
        before.append(" " * (levels[0] if levels else 0) + quotes)
    return before


def _closed_docstring(lines: Sequence[str]) -> str | None:
    """The quotes of the string that a fragment begins inside of."""
    above = ""
    for line in lines:
        code = line.strip()
        if match := _TRIPLE.search(code):
            alone = code == match[0]
            ends = (
                code.endswith(match[0])
                and match.start() > 0
                and code[match.start() - 1] not in "=([,rRbBfFuU "
            )
            closes = bool(above) and not above.endswith((":", "(", "=")) if alone else ends
            return match[0] if closes and code.count(match[0]) == 1 else None
        above = code or above
    return None


def nesting(lines: Sequence[str]) -> int:
    """How deep brackets stand in each other at most; brackets in strings count too."""
    depth = deepest = 0
    for line in lines:
        for bracket in _BRACKET.findall(line):
            depth = depth + 1 if bracket in _CLOSERS else max(0, depth - 1)
            deepest = max(deepest, depth)
    return deepest
