"""What code defines where, by its syntax tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentcompress.values import SegmentKind

from .grammars import definitions_and_prose, grammar
from .mending import mended, nesting

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_PARSED = 1_000_000
"""Characters of code above which no tree is made."""
_MOST_RUBBLE = 4_000
"""Tokens side by side that make no sense, above which the tree says nothing."""
_LONGEST_LINE = 10_000
"""Characters of a line above which code is minified: lines say nothing about its definitions."""
_CHUNK = 65_536
_LEAST_REPORTS = 200
_BYTES_PER_REPORT = 10
"""Bytes per report of progress below which parsing is given up; whole code takes some 200 a report."""
_DEEPEST = 200
"""Brackets within each other beyond which no tree is made, since queries slow down with depth."""
_MOST_INDENT = 200
"""Columns of indentation beyond which nothing is taken for the first on its line."""
_LONGEST_HEADER = 12
"""Lines of a definition's header; what is longer is no signature."""


@dataclass(slots=True)
class Line:
    """What the tree says about one line."""

    kind: SegmentKind = "code"
    """`heading` in the header of a definition, `text` in a comment or docstring."""
    inside: int | None = None
    """The line that names the innermost definition around it."""


def outline(lines: Sequence[str], language: str) -> list[Line]:
    """What each line of some code is; it may be broken or a fragment."""
    from tree_sitter import QueryCursor

    found = [Line() for _ in lines]
    if max(map(len, lines), default=0) > _LONGEST_LINE or nesting(lines) > _DEEPEST:
        return found
    whole, shift = mended(lines, language)
    source = "\n".join(whole).encode("utf-8", "replace")
    root = _root(source, language)
    if root is None:
        return found
    if root.has_error and any(_is_rubble(node) for node in (root, *root.children)):
        return found
    captures = QueryCursor(definitions_and_prose(language)).captures(root)
    _mark_definitions(found, lines, shift, captures.get("definition", []))
    for node in captures.get("prose", []):
        if _is_first(node, lines, shift):
            for line in found[max(0, node.start_point.row - shift) : max(0, node.end_point.row - shift + 1)]:
                line.kind = "text"
    return found


def _root(source: bytes, language: str) -> "Node | None":
    """The root of the syntax tree; None where the parser finds no way through the code in reasonable time."""
    from tree_sitter import Parser

    reports = 0
    most = _LEAST_REPORTS + len(source) // _BYTES_PER_REPORT

    def lost(*_: object) -> bool:
        nonlocal reports
        reports += 1
        return reports > most

    # Neither parsers nor cursors may be shared between threads. Reports are counted, not timed, so that
    # the same code has the same tree everywhere.
    try:
        return (
            Parser(grammar(language))
            .parse(lambda at, _: source[at : at + _CHUNK], progress_callback=lost)
            .root_node
        )
    except ValueError:
        return None


def _is_rubble(node: "Node") -> bool:
    # A query costs the square of the bare tokens that stand side by side.
    return node.is_error and node.child_count - node.named_child_count > _MOST_RUBBLE


def _mark_definitions(found: list[Line], lines: Sequence[str], shift: int, nodes: "list[Node]") -> None:
    definitions = sorted(_spans(lines, shift, nodes), key=lambda span: (span[0], -span[2]))
    around: list[tuple[int, int]] = []
    upcoming = 0
    for number, line in enumerate(found):
        while around and around[-1][1] < number:
            around.pop()
        line.inside = around[-1][0] if around else None
        while upcoming < len(definitions) and definitions[upcoming][0] == number:
            name, header_end, end = definitions[upcoming]
            upcoming += 1
            for of_header in range(name, header_end + 1):
                found[of_header].kind = "heading"
            if not (around and around[-1][0] == name):
                around.append((name, end))


def _spans(lines: Sequence[str], shift: int, nodes: "list[Node]") -> Iterator[tuple[int, int, int]]:
    """The line with the name, the last of the header and the last of each definition longer than a line."""
    for node in nodes:
        last = min(node.end_point.row - shift, len(lines) - 1)
        first = node.start_point.row - shift
        if first < 0 or last <= first:
            continue
        named = node.child_by_field_name("name") or node.child_by_field_name("declarator")
        name = max(first, min(last, named.start_point.row - shift)) if named else first
        header_end = name
        if (body := _body(node)) is not None:
            header_end = body.start_point.row - shift - _is_first(body, lines, shift)
        yield name, min(header_end, last) if name < header_end < name + _LONGEST_HEADER else name, last


def _body(node: "Node") -> "Node | None":
    for field in ("value", "right"):
        if inner := node.child_by_field_name(field):
            node = inner
            break
    return node.child_by_field_name("body") or (node.named_children[-1] if node.named_child_count else None)


def _is_first(node: "Node", lines: Sequence[str], shift: int) -> bool:
    """Whether nothing stands before a node on its line."""
    number = node.start_point.row - shift
    if not 0 <= number < len(lines):
        return number < 0
    before = lines[number][: min(node.start_point.column, _MOST_INDENT)]
    return len(before) == node.start_point.column and not before.strip()
