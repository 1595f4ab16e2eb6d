"""Records and strings of an array that are documents: most of what they say is sentences."""

from collections import Counter
from collections.abc import Iterator, Sequence

from agentcompress.segmenters.passages import SENTENCE_END, Break, numbered, tells

from .scan import Node

_FEWEST = 3
_LEAST_SHARE = 0.6


def passages(text: str, nodes: Sequence[Node]) -> list[int]:
    """The number of each node's passage, from 1; 0 for none, shape (nodes,)."""
    found = [(first, last) for first, last in _elements(nodes) if _is_document(text, nodes[first:last])]
    fellows = Counter(nodes[first].head for first, _ in found)
    numbers = [0] * len(nodes)
    number = 0
    for first, last in found:
        head = nodes[first].head
        if head is not None and fellows[head] >= max(_FEWEST, _LEAST_SHARE * nodes[head].count):
            breaks = ((node.end - node.start, _begun(text, node)) for node in nodes[first + 1 : last])
            begun: tuple[int, Break] = (nodes[first].end - nodes[first].start, "document")
            numbers[first:last] = numbered((begun, *breaks), number)
            number = numbers[last - 1]
    return numbers


def _elements(nodes: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Where each record or long string of an outermost array begins, and where the next node stands."""
    last = 0
    for first, node in enumerate(nodes):
        if first < last or not (node.record or _is_listed_string(node, nodes)):
            continue
        last = first + 1
        while last < len(nodes) and _is_below(nodes[last], first):
            last += 1
        yield first, last


def _is_listed_string(node: Node, nodes: Sequence[Node]) -> bool:
    return node.form == '"' and node.head is not None and nodes[node.head].form == "["


def _is_below(node: Node, first: int) -> bool:
    return node.head is not None and node.head >= first


def _is_document(text: str, nodes: Sequence[Node]) -> bool:
    values = [text[node.start : node.end] for node in nodes if not node.form]
    said = [value for value in values if tells(value)]
    ended = any(map(SENTENCE_END.search, said))
    return ended and sum(map(len, said)) >= _LEAST_SHARE * (nodes[-1].end - nodes[0].start)


def _begun(text: str, node: Node) -> Break:
    """What a node begins; a line where an escaped line end is among the blanks before it."""
    return "line" if node.cover is not None and "\\n" in text[node.cover : node.start] else "piece"
