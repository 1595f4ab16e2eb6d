"""Examples with their long fields cut to what the rest of the example needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from agentcompress.passages import PassageSelector
from agentcompress.segmenters.sentences import sentences
from agentcompress.values import TokenCounter

from .written import Example, text_of

_MARK = "…"


class FieldShortener:
    """Cuts fields to the sentences that the other fields speak of; a mark stands for what is left out.

    So the context of a question is cut for that question and its answer. A shortened
    example does not depend on the query, and may be cut once for all.

    Args:
        fields: Tokens that a field may keep, by its name.
        counter: Counts tokens.

    Raises:
        ValueError: A field may keep less than 1 token.
    """

    def __init__(self, fields: Mapping[str, int], counter: TokenCounter) -> None:
        for name, most in fields.items():
            if most < 1:
                raise ValueError(f"shorten[{name!r}] must be at least 1 token, got {most}")
        self._fields = dict(fields)
        self._counter = counter
        self._selector = PassageSelector(counter=counter)

    def saving(self, example: Example) -> int:
        """Tokens that shortening saves, nearly: a field costs not quite what it costs alone."""
        return sum(self._over(example, name) for name in self._fields)

    def shortened(self, example: Example) -> dict[str, Any]:
        """The example with each field that is too long cut."""
        cut = {
            name: self._cut(text_of(example[name]), _others(example, name), most)
            for name, most in self._fields.items()
            if self._over(example, name)
        }
        return {**example, **cut}

    def _over(self, example: Example, name: str) -> int:
        if name not in example:
            return 0
        return max(0, self._counter.count(text_of(example[name])) - self._fields[name])

    def _cut(self, text: str, question: str, most: int) -> str:
        pieces = [text[start:end] for start, end in sentences(text, 0, len(text))]
        kept = [passage.index for passage in self._selector.select(pieces, question, most)]
        while self._counter.count(cut := _joined(pieces, kept)) > most and kept:
            kept.pop()
        return cut


def _others(example: Example, name: str) -> str:
    return "\n".join(text_of(value) for other, value in example.items() if other != name)


def _joined(pieces: Sequence[str], kept: Sequence[int]) -> str:
    out, last = "", -1
    for place in kept:
        gap = "" if place == last + 1 else f"{_MARK} "
        out, last = f"{out}{gap}{pieces[place]}", place
    return out if last == len(pieces) - 1 else f"{out.rstrip()} {_MARK}".lstrip()
