"""The pieces of a text that holds JSON, and the text with only some of them: valid JSON again."""

import json
from collections.abc import Mapping, Sequence

from agentcompress.segmenters.stretches import MOST_PIECES, WIDTH, grain, joined, lines, stretches

from .scan import Document, Node

_GAP = "…"
_SEPARATOR = ","


def laid_out(text: str, found: Sequence[Document]) -> "Layout":
    """The nodes of all documents and of the text around them, in order."""
    bounds = [0, *(document.end for document in found)]
    gaps = [(start, document.start) for start, document in zip(bounds, found, strict=False)]
    gaps.append((bounds[-1], len(text)))
    nodes: list[Node] = []
    units = 0
    coarse = len(found) > MOST_PIECES or (len(found) > 1 and grain(text) > WIDTH)
    for gap, document in zip(gaps, [*found, None], strict=True):
        for start, end in _text_spans(text, *gap):
            nodes.append(Node(start, end, nth=units, text=True))
            units += 1
        if document is not None:
            units = _append(nodes, document, units, grain(text) if coarse else 0)
    return Layout(text, nodes)


def _text_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if not text[start:end].strip():
        return []
    width = grain(text)
    spans = [span for line in lines(text, start, end) for span in stretches(text, *line, width)]
    return joined(spans, width) if width > WIDTH else spans


def _append(nodes: list[Node], document: Document, units: int, least: int) -> int:
    """Adds the nodes of a document, those that share a piece made one.

    Small documents are one piece until it has `least` characters.

    Returns:
        How many lines of text and documents there are now.
    """
    before = nodes[-1] if nodes else None
    whole = len(document.nodes) == 1 and document.complete
    if whole and before and _is_whole(before) and before.end - before.start < least:
        before.end = document.end
        return units
    index: list[int] = []
    for node in document.nodes:
        if node.shared:
            into = nodes[-1]
            into.end, into.form, into.count = node.end, node.form, node.count
            into.shut = node.shut + into.shut
        else:
            if node.head is None:
                node.nth = units
            else:
                node.head = index[node.head]
            nodes.append(node)
        index.append(len(nodes) - 1)
    return units + 1


def _is_whole(node: Node) -> bool:
    return node.head is None and not node.form and not node.text


class Layout:
    """Text and documents as one list of nodes.

    Args:
        text: What was scanned.
        nodes: In order; at the top each line of text and each document has its number.
    """

    def __init__(self, text: str, nodes: list[Node]) -> None:
        self.nodes = nodes
        self._text = text
        self._plain = any(node.text for node in nodes)
        self._single = not self._plain and sum(node.head is None for node in nodes) == 1

    def spans(self) -> list[tuple[int, int]]:
        """Spans of the pieces: with the blanks before a stretch, else up to the next one's content."""
        starts = [node.start if node.cover is None else node.cover for node in self.nodes]
        starts[0] = 0
        return list(zip(starts, [*starts[1:], len(self._text)], strict=True))

    def join(self, shown: Mapping[int, str], note: str) -> str:
        """The text with only the nodes shown and a note, if there is one, on what is gone."""
        written: list[str] = []
        before = Node(0, 0, nth=-1, text=True)
        units: list[list[int]] = []
        for index in sorted(shown):
            if self.nodes[index].head is None:
                units.append([])
            units[-1].append(index)
        for unit in units:
            node = self.nodes[unit[0]]
            written.append(self._between(written, before, node))
            writer = _Writer(self._text, self.nodes, shown)
            written.append(writer.written(unit, note if self._single else ""))
            if writer.noted:
                return written[-1]
            before = node
        return self._noted("".join(written), note)

    def _between(self, written: list[str], before: Node, node: Node) -> str:
        """What stands between two units: nothing where text goes on, else a line end, and a gap's mark."""
        goes_on = node.nth == before.nth + 1
        if goes_on and (node.text or before.text):
            return ""
        return _line_end(written[-1] if written else "") + (
            _GAP + "\n" if self._plain and not goes_on else ""
        )

    def _noted(self, written: str, note: str) -> str:
        if not note:
            return written
        if self._plain:
            return f"{written}{_line_end(written)}{note}"
        if not self._single:
            return f'{written}{_line_end(written)}{{"{_GAP}":{_quoted(note)}}}'
        is_array = self._text.lstrip().startswith("[")
        body = written[:-1].rstrip() or ("[" if is_array else "{")
        separator = _SEPARATOR if len(body) > 1 else ""
        return (
            f"{body}{separator}{_quoted(note)}]"
            if is_array
            else f'{body}{separator}"{_GAP}":{_quoted(note)}}}'
        )


def _line_end(written: str) -> str:
    return "\n" if written and not written.endswith("\n") else ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Writer:
    """Writes one document with only some of its nodes."""

    def __init__(self, text: str, nodes: list[Node], shown: Mapping[int, str]) -> None:
        self._text = text
        self._nodes = nodes
        self._shown = shown
        self._out: list[str] = []
        # Containers that are not closed yet, and which of their nodes was written last.
        self._open: list[tuple[int, int]] = []
        # Arrays that miss elements.
        self._gapped: set[int] = set()
        # Where the last mark of a gap stands, and in what.
        self._mark: tuple[int, str] | None = None
        self.noted = False

    def written(self, unit: list[int], note: str) -> str:
        """The nodes of one document, containers closed; the last gap's mark carries the note."""
        for index in unit:
            node = self._nodes[index]
            while self._open and self._open[-1][0] != node.head:
                self._close()
            if self._open:
                parent, last = self._open[-1]
                self._out.append(self._before(index, node, parent, last))
                self._open[-1] = (parent, node.nth)
            self._out.append(self._shown[index])
            if node.form:
                self._open.append((index, -1))
            else:
                self._out.append(node.shut)
        while self._open:
            self._close()
        if note and self._mark:
            place, form = self._mark
            self._out[place] = _quoted(note) if form == "[" else _GAP + _quoted(note)[1:-1]
            self.noted = True
        return "".join(self._out)

    def _before(self, index: int, node: Node, parent: int, last: int) -> str:
        gap = node.nth > last + 1
        form = self._nodes[parent].form
        if form == '"':
            start = node.start if node.cover is None else node.cover
            # Blanks between neighbours are those of the text.
            return (_GAP if gap else "") + self._text[start : node.start]
        if gap:
            self._gapped.add(parent)
        if last < 0:
            return ""
        between = self._text[self._nodes[index - 1].end : node.start]
        goes_on = not gap and index - 1 in self._shown and "\n" not in between
        # Where nothing is left out, the text stands as it was.
        return between[between.rfind(_SEPARATOR) :] if goes_on and _SEPARATOR in between else _SEPARATOR

    def _close(self) -> None:
        parent, last = self._open.pop()
        node = self._nodes[parent]
        gap = last + 1 < node.count
        if node.form == '"' and gap:
            self._out.append(_GAP)
            self._mark = len(self._out) - 1, node.form
        elif node.form == "[" and (gap or parent in self._gapped):
            # One mark an array: where its elements stand matters less than that some are gone.
            self._out += [_SEPARATOR if last >= 0 else "", f'"{_GAP}"']
            self._mark = len(self._out) - 1, node.form
        self._out.append(node.shut)
