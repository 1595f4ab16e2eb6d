"""Reads compact forms back: the oracle for what is said in fewer tokens."""

import json
import re
from typing import Any

_MARK = re.compile(r"\[as above from “([^“”]+)” to “([^“”]+)”\]")
_LEXEME = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]|[^"{}\[\]:,\s]++')


def unfolded_marks(text: str) -> str:
    """The text with the passages that its references stand for."""
    made, at = [], 0
    for mark in _MARK.finditer(text):
        start = text.index(mark[1])
        end = text.index(mark[2], start) + len(mark[2])
        made += [text[at : mark.start()], text[start:end]]
        at = mark.end()
    return "".join([*made, text[at:]])


def said(text: str) -> Any:
    """What JSON says, compact or not: strings that hold JSON are what that says."""
    tree = meaning(unfolded_marks(text))
    return _known(_resolved(tree, tree))


def closed(text: str) -> str:
    """JSON that the end of the text cuts off, closed behind its last whole value."""
    open_: list[str] = []
    good = ""
    at = 0
    key = True
    for lexeme in _LEXEME.finditer(text):
        if text[at : lexeme.start()].strip():
            break
        at = lexeme.end()
        if lexeme[0] in "{[":
            open_.append(lexeme[0])
        elif lexeme[0] in "}]":
            open_.pop()
        elif lexeme[0] in ":,":
            key = lexeme[0] == ","
            continue
        elif open_[-1] == "{" and key:
            key = False
            continue
        elif not text[at:].strip("\\ntr \n") and lexeme[0][0] != '"':
            break
        key = lexeme[0] == "{"
        good = text[:at] + _shut(open_)
    rest = text[at:].lstrip()
    if rest.startswith('"') and not (open_[-1] == "{" and key):
        return text[:at] + _cut_string(text[at:]) + _shut(open_)
    return good


def _shut(open_: list[str]) -> str:
    return "".join("}" if form == "{" else "]" for form in reversed(open_))


def _cut_string(rest: str) -> str:
    return re.sub(
        r"((?:[^\\]|\\[^u]|\\u[0-9a-fA-F]{4})*)(?:\\(?:u[0-9a-fA-F]{0,3})?)?\Z", r'\1"', rest, count=1
    )


def meaning(text: str) -> Any:
    """What JSON says, tables read as the records they stand for."""
    return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=_pairs)


def _pairs(pairs: list[tuple[str, Any]]) -> Any:
    keys = [key for key, _ in pairs]
    if keys == ["split", "items"]:
        return pairs[1][1].split(pairs[0][1])
    if keys != ["columns", "rows"]:
        return {"object": pairs}
    columns, rows = pairs[0][1], pairs[1][1]
    # The last record of a document that is cut off stands behind the rows as it was.
    return [_record(list(zip(columns, row, strict=True))) if isinstance(row, list) else row for row in rows]


def _record(cells: list[tuple[str, Any]]) -> Any:
    made: list[tuple[str, Any]] = []
    for name, value in cells:
        key, dot, rest = name.partition(".")
        if not dot:
            made.append((key, value))
        elif made and made[-1][0] == key:
            made[-1][1].append((rest, value))
        else:
            made.append((key, [(rest, value)]))
    nested = {name.partition(".")[0] for name, _ in cells if "." in name}
    return {"object": [(key, _record(value) if key in nested else value) for key, value in made]}


def _resolved(tree: Any, root: Any) -> Any:
    if isinstance(tree, list):
        return [_resolved(each, root) for each in tree]
    if not isinstance(tree, dict):
        return tree
    if [key for key, _ in tree["object"]] == ["$ref"]:
        return _resolved(_at(root, tree["object"][0][1]), root)
    return {"object": [(key, _resolved(value, root)) for key, value in tree["object"]]}


def _at(tree: Any, pointer: str) -> Any:
    for step in pointer.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        tree = tree[int(name)] if isinstance(tree, list) else dict(tree["object"])[name]
    return tree


def _known(tree: Any) -> Any:
    """The tree, strings that hold JSON and what stands for them written alike."""
    if isinstance(tree, list):
        return [_known(each) for each in tree]
    if isinstance(tree, dict):
        if [key for key, _ in tree["object"]] == ["json"]:
            return {"json": _known(tree["object"][0][1])}
        return {"object": [(key, _known(value)) for key, value in tree["object"]]}
    if isinstance(tree, str) and tree.lstrip().startswith(("{", "[")):
        try:
            return {"json": _known(meaning(closed(tree)))}
        except ValueError:
            return tree
    return tree
