r"""Values that YAML wrapped at a width → the same on one line, as YAML reads them."""

import re

_WIDTH = 72
"""Characters that a line has, with the word behind it, where it was wrapped for its length."""
_LEAST_KEYS = 2
_ENTRY = re.compile(r"(?P<items> *(?:- +)*)(?:(?P<key>[\w.$@/-]+):(?: +|$))?")
_ITEM = re.compile(r"- +$")
_OTHER = re.compile(r" *(?:#|---|\.\.\.|$)")
"""Comments, blank lines, and what separates documents."""
_BLOCK = re.compile(r"[|>]")
_STRUCTURE = re.compile(r"[\[{&*!%@`#]")
_UNCLOSED = {'"': re.compile(r'(?:[^"\\]++|\\.)*+\\?$'), "'": re.compile(r"(?:[^']++|'')*+$")}
_CLOSED = {'"': re.compile(r'(?:[^"\\]++|\\.)*+" *$'), "'": re.compile(r"(?:[^']++|'')*+' *$")}
_NESTED = re.compile(r": | #|:$")
_ESCAPED_END = re.compile(r"(?<!\\)(?:\\\\)*+\\$")


def unfolded(text: str) -> str:
    """The text, if it reads as YAML throughout, with each wrapped value on one line."""
    lines = text.split("\n")
    made: list[str] = []
    keys = set()
    at = 0
    while at < len(lines):
        entry = _ENTRY.match(lines[at])
        if entry and entry[0].strip():
            keys.add(entry["key"])
            end = _end(lines, at, entry)
            made += _joined(lines[at:end], lines[at][entry.end() :][:1])
            at = end
        elif _OTHER.match(lines[at]):
            made.append(lines[at])
            at += 1
        else:
            return text
    short = "\n".join(made)
    return short if len(keys) > _LEAST_KEYS and len(short) < len(text) else text


def _end(lines: list[str], at: int, entry: re.Match[str]) -> int:
    """Behind the last line of the value that begins in a line."""
    value = lines[at][entry.end() :]
    if not value or _STRUCTURE.match(value):
        return at + 1
    column = len(entry["items"])
    if not entry["key"]:
        item = _ITEM.search(entry["items"])
        column -= len(item[0]) if item else 0
    quote = value[0] if value[0] in _CLOSED else ""
    if quote and not _UNCLOSED[quote].match(value, 1):
        return at + 1
    block = bool(_BLOCK.match(value))
    if not (quote or block) and _NESTED.search(value):
        return at + 1
    end = at + 1
    for number in range(at + 1, len(lines)):
        line = lines[number]
        body = line.lstrip(" ")
        if not body:
            continue
        if len(line) - len(body) <= column or (not quote and not block and _NESTED.search(line)):
            break
        end = number + 1
        if quote and not _UNCLOSED[quote].match(line):
            return end if _CLOSED[quote].match(line) else at + 1
    return at + 1 if quote and end < len(lines) else end


def _joined(lines: list[str], begin: str) -> list[str]:
    """The lines of one value, those that go on with each other made one."""
    if begin and begin in "|>":
        return lines
    made = [lines[:1]]
    last = lines[0]
    for line in lines[1:]:
        body = line.lstrip(" ")
        # An escaped blank at the beginning of a line is one that folding would drop.
        said = body[1:] if begin == '"' and body.startswith("\\ ") else body
        if body and begin == '"' and _ESCAPED_END.search(last):
            made[-1][-1] = made[-1][-1][:-1]
            made[-1].append(said)
        elif body and last.strip() and len(last) + len(body.split(" ", 1)[0]) >= _WIDTH:
            made[-1][-1] = made[-1][-1].rstrip(" ")
            made[-1].append(f" {said}")
        else:
            made.append([line])
        last = line
    return ["".join(parts) for parts in made]
