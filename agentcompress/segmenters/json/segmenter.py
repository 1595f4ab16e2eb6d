"""JSON, alone, in lines or in text: members, elements, stretches of strings; written as JSON again."""

from agentcompress.segmenters.lines import LinesSegmenter
from agentcompress.values import Cut, Piece, SegmentKind

from .compact import compacted
from .condense import condensed
from .join import laid_out
from .outliers import outliers
from .passages import passages
from .scan import Node, documents

_SAMPLE = 8_000
_LEAST_SHARE = 0.6


class JsonSegmenter:
    """Cuts JSON into members, small containers and stretches of long strings.

    What is shown of a document is valid JSON again: containers are closed, `"…"` stands for
    elements left out, `…` for stretches of a string. Text around the JSON is cut into lines.
    """

    def fits(self, text: str) -> bool:
        """Whether most of the beginning of the text is JSON."""
        sample = text[:_SAMPLE]
        found = documents(sample)
        return sum(one.end - one.start for one in found) > _LEAST_SHARE * len(sample.strip()) > 0

    def cut(self, text: str) -> Cut:
        """A piece a member, with the container it stands in as its head."""
        found = documents(text)
        around = any(text[a:b].strip() for a, b in _gaps(text, [(one.start, one.end) for one in found]))
        if around:
            # A small document in text is a line of it.
            found = [one for one in found if len(one.nodes) > 1]
        if not found:
            return LinesSegmenter().cut(text)
        layout = laid_out(text, found)
        odd = outliers(text, layout.nodes)
        numbers = passages(text, layout.nodes)
        pieces = [
            Piece(
                start=start,
                end=end,
                kind="outlier" if index in odd else _kind(node),
                core=None if node.text else (node.start, node.end),
                head=node.head,
                passage=numbers[index],
                condensed=condensed(text[node.start : node.end]) if _is_small_record(node) else (),
            )
            for index, (node, (start, end)) in enumerate(zip(layout.nodes, layout.spans(), strict=True))
        ]
        return Cut(pieces=pieces, join=layout.join)

    def compact(self, text: str) -> str:
        """The same values without blanks, uniform records as a table of columns and rows."""
        return compacted(text)


def _gaps(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return list(
        zip([0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)], strict=True)
    )


def _kind(node: Node) -> SegmentKind:
    if node.record or _is_small_record(node):
        return "record"
    return "heading" if node.form else "line"


def _is_small_record(node: Node) -> bool:
    """Whether it is a whole record in one piece."""
    return not node.form and not node.text and (node.record or node.head is None)
