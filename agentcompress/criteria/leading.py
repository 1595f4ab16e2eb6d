"""The few segments that answer a question best."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Context, Scores, atoms_of

from .lexical import LexicalCriterion, rarity
from .terms import terms_of

_HEADED = 0.5
"""What a match together with the head counts, where one of the segment alone counts 1."""
_PAIRS = 32
"""Pairs of words that are looked for at most: a question is short, whole turns are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadingCriterion:
    """BM25 of tool outputs' best matches for a question, and 0 for all other segments.

    `NamedCriterion` trusts a name that few segments have. Here it may stand in many: what else
    the question says (BM25) then tells which of them answers it, "def run" from the calls of run.
    A question without names goes by its words. Two words side by side, as in "class Class", count as one
    more term, written as they are.

    Sources: the head of a message as a field of its passages (Robertson, Zaragoza & Taylor, "Simple
    BM25 Extension to Multiple Weighted Fields", CIKM 2004); pairs (Metzler & Croft, "A Markov Random
    Field Model for Term Dependencies", SIGIR 2005).

    Raises:
        ValueError: `few` is below 1.
    """

    few: int = 8
    """How many segments lead; of those that say the same, one."""
    heads: Sequence[str] = ()
    """What each message is about, by its index: a line of a file that was read says neither its name
    nor what asked for it. Messages beyond the end have none."""

    def __post_init__(self) -> None:
        if self.few < 1:
            raise ValueError(f"few must be at least 1, got {self.few}")

    def score(self, context: Context) -> Scores:
        """One score a segment, shape (segments,)."""
        matches, answering = self._matches(context)
        scores = np.zeros(len(matches), dtype=np.float32)
        said: set[str] = set()
        for index in np.argsort(-np.round(matches, 6), kind="stable").tolist():
            text = context.segments[index].text.strip()
            if len(said) < self.few and answering[index] and text not in said:
                said.add(text)
                scores[index] = matches[index]
        return scores

    def _matches(self, context: Context) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """How well each segment matches, and whether it may answer, each of shape (segments,)."""
        lexical = LexicalCriterion(stemmed=True, names=2.0)
        weights = lexical.weights(context.query)
        texts = [lexical.terms(one.text) for one in context.segments]
        said = self._heads(context)
        # No term crosses a line: those of a text below its head are those of both.
        heads = [lexical.terms(head) for head in said]
        own = lexical.score_documents(texts, weights)
        headed = lexical.score_documents(
            [(*text, *heads[of]) for text, of in zip(texts, context.message_of.tolist(), strict=True)],
            weights,
        )
        return own + _paired(context) + _HEADED * headed, _naming(context, said) & (own > 0)

    def _heads(self, context: Context) -> list[str]:
        """What each message up to the last is about."""
        messages = int(context.message_of.max(initial=-1)) + 1
        return [*self.heads[:messages], *[""] * (messages - len(self.heads))]


def _naming(context: Context, said: Sequence[str]) -> NDArray[np.bool_]:
    """Which segments of tools say a name that the query says, or stand below it, shape (segments,)."""
    names = {atom.lower() for atom in atoms_of(context.query)}
    heads = [not names.isdisjoint(terms_of(head)) for head in said]
    places = zip(context.segments, context.message_of.tolist(), strict=True)
    naming = (
        one.role == "tool" and (not names or heads[of] or not names.isdisjoint(terms_of(one.text)))
        for one, of in places
    )
    return np.fromiter(naming, bool, len(context.segments))


def _paired(context: Context) -> NDArray[np.float64]:
    """Summed rarity of the pairs of words of the query that stand in each segment, shape (segments,)."""
    found = np.zeros(len(context.segments))
    neighbours = ((a, b) for a, b in pairwise(context.query.split()) if terms_of(a) and terms_of(b))
    for first, second in islice(dict.fromkeys(neighbours), _PAIRS):
        phrase = " ".join((re.sub(r"^\W+", "", first), re.sub(r"\W+$", "", second)))
        whole = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")
        having = np.array([phrase in one.text and bool(whole.search(one.text)) for one in context.segments])
        found += having * rarity(np.array([having.sum()]), len(having))
    return found
