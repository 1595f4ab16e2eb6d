"""Members of records that are not like those of the other records of their array."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from agentcompress.segmenters.outliers import LEAST, odd_values

from .scan import Node

_MEMBER = re.compile(r'"((?:[^"\\]|\\.)*+)"\s*+:\s*+', re.DOTALL)
_LONGEST = 200
"""Characters of a value that is compared with others."""

Columns = dict[str, list[tuple[int, int, str]]]
"""Key → number of the record, index of the node that shows it, and the value as written."""


def outliers(text: str, nodes: Sequence[Node]) -> set[int]:
    """Indices of the nodes that show a rare key, a rare value or a number far from the others."""
    inside: defaultdict[int, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        if node.head is not None:
            inside[node.head].append(index)
    odd: set[int] = set()
    for members in list(inside.values()):
        rows = [index for index in members if nodes[index].record]
        if len(rows) >= LEAST:
            odd |= _odd(_columns(text, nodes, inside, rows), len(rows))
    return odd


def _odd(columns: Columns, rows: int) -> set[int]:
    found: set[int] = set()
    for cells in columns.values():
        if len({row for row, _, _ in cells}) == 1:
            found.update(node for _, node, _ in cells)
        elif len(cells) > rows // 2:
            found.update(cells[number][1] for number in odd_values([value for _, _, value in cells]))
    return found


def _columns(
    text: str, nodes: Sequence[Node], inside: Mapping[int, list[int]], rows: Sequence[int]
) -> Columns:
    columns: Columns = defaultdict(list)
    for row, record in enumerate(rows):
        node = nodes[record]
        if node.form:
            for key, index, value in _members(text, nodes, inside.get(record, [])):
                columns[key].append((row, index, value))
        else:
            for key, value in _fields(text[node.start : node.end]):
                columns[key].append((row, record, value))
    return columns


def _members(text: str, nodes: Sequence[Node], members: Sequence[int]) -> Iterator[tuple[str, int, str]]:
    for index in members:
        child = nodes[index]
        core = text[child.start : child.end]
        if found := _MEMBER.match(core):
            value = "" if child.form or len(core) > _LONGEST else core[found.end() :]
            yield found[1], index, value


def _fields(record: str) -> Iterator[tuple[str, str]]:
    try:
        fields = json.loads(record, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return
    for key, value in fields.items():
        yield key, value if isinstance(value, str) else json.dumps(value)
