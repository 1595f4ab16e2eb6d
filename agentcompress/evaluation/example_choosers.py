"""Policies that choose examples for a query, by name."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.embedding import seen_from
from agentcompress.encoders import encoder_for
from agentcompress.tokens import default_counter
from agentcompress.values import Scores, Vectors

from .example_sets import ExampleSet, LabelledText

_NEAR = 200
"""Examples among which MMR chooses, the nearest."""
_BALANCE = 0.5
"""What relevance counts in MMR, against unlikeness."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """A set to choose from, with what all policies look at."""

    source: str
    """Names it; random choices depend on it."""
    examples: Sequence[LabelledText]
    """The examples."""
    tokens: NDArray[np.intp]
    """What the text of each costs, shape (examples,)."""
    vectors: Vectors
    """Shape (examples, dimensions)."""
    mean: Vectors
    """Their mean, shape (dimensions,)."""

    @classmethod
    def of(cls, found: ExampleSet) -> Self:
        """The examples of a set, counted and encoded."""
        texts = [example.text for example in found.train]
        vectors = encoder_for("static").encode(texts)
        return cls(
            source=found.source,
            examples=found.train,
            tokens=np.array(default_counter().count_many(texts), dtype=np.intp),
            vectors=vectors,
            mean=vectors.mean(axis=0),
        )

    def asked(self, text: str) -> "Asked":
        """A query for these examples."""
        [vector] = encoder_for("static").encode([text])
        return Asked(text=text, similar=seen_from(self.mean, self.vectors, vector))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """A query, with what several policies look at."""

    text: str
    """What is asked."""
    similar: Scores
    """Cosine of each example and the query, as `seen_from` the mean of the examples, shape (examples,)."""


class ExampleChooser(Protocol):
    """Decides which examples are shown."""

    def choose(self, query: Asked, budget: int) -> list[int]:
        """Places of the examples, the most relevant first; their tokens sum up to the budget at most."""
        ...


class SelectorChooser:
    """`BudgetedExampleSelector`, with labels or without. A label takes no tokens here: it costs all alike."""

    def __init__(self, of: Examples, *, budget: int, label_key: str | None) -> None:
        from langchain_core.prompts import PromptTemplate

        from agentcompress.examples import BudgetedExampleSelector

        self._first: dict[tuple[str, str], int] = {}
        for place, example in enumerate(of.examples):
            self._first.setdefault((example.text, example.label), place)
        self._selector = BudgetedExampleSelector(
            [example.model_dump() for example in of.examples],
            budget=budget,
            input_keys=["text"],
            label_key=label_key,
            example_prompt=PromptTemplate.from_template("{text}"),
            separator="",
            order="similar-first",
        )

    def choose(self, query: Asked, budget: int) -> list[int]:
        """What the selector shows."""
        chosen = self._selector.select_examples({"text": query.text})
        return [self._first[one["text"], one["label"]] for one in chosen]


class RandomChooser:
    """Examples in an order that depends on source and query alone, each that fits."""

    def __init__(self, of: Examples, **_: Any) -> None:
        self._of = of

    def choose(self, query: Asked, budget: int) -> list[int]:
        """A random subset."""
        order = list(range(len(self._of.tokens)))
        random.Random(f"{self._of.source}/{query.text}").shuffle(order)
        return _fitting(self._of, order, budget)


class LexicalChooser:
    """BM25 by bm25s, as it comes: by score, passing over what does not fit."""

    def __init__(self, of: Examples, **_: Any) -> None:
        import bm25s

        self._of = of
        self._tokenize = bm25s.tokenize
        self._index = bm25s.BM25()
        texts = [example.text for example in of.examples]
        self._index.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)

    def choose(self, query: Asked, budget: int) -> list[int]:
        """The best matches."""
        [words] = self._tokenize([query.text], return_ids=False, show_progress=False)
        known = [word for word in words if word in self._index.vocab_dict]
        scores = self._index.get_scores(known) if known else np.zeros(len(self._of.tokens))
        return _fitting(self._of, np.argsort(-scores, kind="stable").tolist(), budget)


class NearestChooser:
    """Nearest neighbours, passing over what does not fit."""

    def __init__(self, of: Examples, **_: Any) -> None:
        self._of = of

    def choose(self, query: Asked, budget: int) -> list[int]:
        """The nearest."""
        order = np.argsort(-query.similar, kind="stable")
        return _fitting(self._of, order.tolist(), budget)


class MarginalChooser:
    """Maximal Marginal Relevance among the nearest 200 (Carbonell & Goldstein, SIGIR 1998)."""

    def __init__(self, of: Examples, **_: Any) -> None:
        self._of = of

    def choose(self, query: Asked, budget: int) -> list[int]:
        """The nearest that are unlike each other."""
        near = np.argsort(-query.similar, kind="stable")[:_NEAR]
        vectors, tokens = self._of.vectors[near], self._of.tokens[near]
        relevance, likeness = _BALANCE * (2 * query.similar[near] - 1), np.zeros(len(near), dtype=np.float32)
        chosen: list[int] = []
        while (fits := tokens <= budget).any():
            best = int(np.where(fits, relevance - (1 - _BALANCE) * likeness, -np.inf).argmax())
            chosen.append(int(near[best]))
            budget -= int(tokens[best])
            np.maximum(likeness, vectors @ vectors[best], out=likeness)
            relevance[best] = -np.inf
            tokens[best] = np.iinfo(np.intp).max
        return chosen


def _fitting(of: Examples, order: Sequence[int], budget: int) -> list[int]:
    chosen, least = [], of.tokens.min()
    for place in order:
        if budget < least:
            break
        if of.tokens[place] <= budget:
            chosen.append(place)
            budget -= int(of.tokens[place])
    return chosen


_CHOOSERS: dict[str, Callable[..., ExampleChooser]] = {
    "agentcompress": lambda of, budget: SelectorChooser(of, budget=budget, label_key="label"),
    "unlabelled": lambda of, budget: SelectorChooser(of, budget=budget, label_key=None),
    "bm25": LexicalChooser,
    "knn": NearestChooser,
    "mmr": MarginalChooser,
    "random": RandomChooser,
}
EXAMPLE_CHOOSER_NAMES = tuple(_CHOOSERS)


def example_chooser_named(name: str, of: Examples, budget: int) -> ExampleChooser:
    """The policy of that name, ready to choose among these.

    Raises:
        ValueError: No policy has this name.
    """
    if name not in _CHOOSERS:
        raise ValueError(f"policy {name!r} is none of {', '.join(EXAMPLE_CHOOSER_NAMES)}")
    return _CHOOSERS[name](of, budget=budget)
