"""Policies that choose documents for a question, by name."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from agentcompress.criteria import LexicalCriterion
from agentcompress.passages import PassageSelector
from agentcompress.strategies.fill import FillStrategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """A question with what its documents cost."""

    id: str
    """Names the question."""
    question: str
    """The query."""
    texts: Sequence[str]
    """Its documents, in order."""
    tokens: Sequence[int]
    """What each costs."""


class Chooser(Protocol):
    """Decides which documents are shown."""

    def choose(self, task: Choosing, budget: int) -> list[int]:
        """Indices of the documents shown whole; their tokens sum up to the budget at most."""
        ...


class SelectorChooser:
    """Chooses by a criterion and a strategy of this library."""

    def __init__(self, selector: PassageSelector) -> None:
        self._selector = selector

    def choose(self, task: Choosing, budget: int) -> list[int]:
        """What the selector shows."""
        return [chosen.index for chosen in self._selector.select(task.texts, task.question, budget)]


class DocumentChooser:
    """`BudgetedDocumentCompressor`; what it keeps a part of does not count."""

    def choose(self, task: Choosing, budget: int) -> list[int]:
        """What the compressor keeps whole."""
        from langchain_core.documents import Document

        from agentcompress.documents import BudgetedDocumentCompressor

        documents = [
            Document(page_content=text, metadata={"index": index}) for index, text in enumerate(task.texts)
        ]
        kept = BudgetedDocumentCompressor(budget=budget).compress_documents(documents, task.question)
        places = [(document.metadata["index"], document.page_content) for document in kept]
        return [index for index, text in places if text == task.texts[index]]


class LastChooser:
    """Keeps the newest documents, up to the first that does not fit."""

    def choose(self, task: Choosing, budget: int) -> list[int]:
        """The end of the documents."""
        first = len(task.tokens)
        while first and task.tokens[first - 1] <= budget:
            first -= 1
            budget -= task.tokens[first]
        return list(range(first, len(task.tokens)))


class RandomChooser:
    """Keeps documents in an order that depends on the question's id alone, each that fits."""

    def choose(self, task: Choosing, budget: int) -> list[int]:
        """A random subset."""
        order = list(range(len(task.tokens)))
        random.Random(task.id).shuffle(order)
        chosen = []
        for index in order:
            if task.tokens[index] <= budget:
                budget -= task.tokens[index]
                chosen.append(index)
        return sorted(chosen)


def _bm25() -> Chooser:
    """Plain BM25 by score, passing over what does not fit: k1 1.5, b 0.75, no stop words, plurals joined."""
    selector = PassageSelector(criterion=LexicalCriterion(stemmed=True), strategy=FillStrategy(thrift=0.0))
    return SelectorChooser(selector)


_CHOOSERS: dict[str, Callable[[], Chooser]] = {
    "agentcompress": DocumentChooser,
    "bm25": _bm25,
    "last-tokens": LastChooser,
    "random": RandomChooser,
}
CHOOSER_NAMES = tuple(_CHOOSERS)


def chooser_named(name: str) -> Chooser:
    """The policy of that name.

    Raises:
        ValueError: No policy has this name.
    """
    if name not in _CHOOSERS:
        raise ValueError(f"policy {name!r} is none of {', '.join(CHOOSER_NAMES)}")
    return _CHOOSERS[name]()
