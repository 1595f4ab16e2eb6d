"""Blocks of which several parts are made: the texts inside them, and everything around those."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]
"""The keys and indices that lead to a text inside a block."""

GONE = "…"
"""Stands where a whole text is gone: providers reject documents without one."""


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """A content block with texts in it that become parts of their own."""

    block: Any
    """As it was read."""
    texts: Mapping[Place, str]
    """What is read, by where it stands."""

    @classmethod
    def of_document(cls, block: Mapping[str, Any]) -> "Holder | None":
        """A document, file or search result that carries its text as text; None for other blocks."""
        found = ((place, _at(block, place)) for place in _places(block))
        texts = {place: text for place, text in found if isinstance(text, str) and text not in ("", GONE)}
        return cls(block=block, texts=texts) if texts else None

    @property
    def frame(self) -> Any:
        """Title, source, settings: the block without its texts."""
        return _put(self.block, dict.fromkeys(self.texts, GONE))

    def written(self, texts: Mapping[Place, str]) -> Any:
        """The block with these texts, all else as it was; the block itself where none differs."""
        said = {place: texts.get(place) or GONE for place in self.texts}
        return self.block if said == self.texts else _put(self.block, said)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Where a part was read from, when it is not a block of its own."""

    holder: Holder
    """The block."""
    place: Place
    """Where in it; parts of the same place stand one behind the other."""


def _places(block: Mapping[str, Any]) -> list[Place]:
    """Where the texts of a document may stand, in the shapes of Anthropic and LangChain."""
    kind, source = block.get("type"), block.get("source")
    if kind == "document" and isinstance(source, Mapping):
        if source.get("type") == "text":
            return [("source", "data")]
        if source.get("type") == "content":
            return _listed(source.get("content"), ("source", "content"))
    if kind == "search_result":
        return _listed(block.get("content"), ("content",))
    return [("text",)] if kind in ("text-plain", "file") else []


def _listed(content: Any, at: Place) -> list[Place]:
    if not isinstance(content, list):
        return [at]
    return [
        (*at, index, "text")
        for index, item in enumerate(content)
        if isinstance(item, Mapping) and item.get("type") == "text"
    ]


def _at(node: Any, place: Place) -> Any:
    for step in place:
        node = node.get(step) if isinstance(node, Mapping) else node[step]
    return node


def _put(block: Any, texts: Mapping[Place, str]) -> Any:
    """A copy of the block with other texts; what does not lead to one is shared with the block."""
    ways = {place[:depth] for place in texts for depth in range(len(place))}

    def copied(node: Any, at: Place) -> Any:
        if at in texts:
            return texts[at]
        if at not in ways:
            return node
        if isinstance(node, Mapping):
            return {key: copied(value, (*at, key)) for key, value in node.items()}
        return [copied(value, (*at, index)) for index, value in enumerate(node)]

    return copied(block, ())
