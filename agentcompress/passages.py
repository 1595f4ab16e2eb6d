"""Documents under a budget: which of them a question needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agentcompress.criteria.passages import passage_criterion
from agentcompress.encoders import encoder_for
from agentcompress.strategies.fill import FillStrategy
from agentcompress.tokens import default_counter
from agentcompress.values import Context, Criterion, Group, Segment, Strategy, TokenCounter, scored


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPassage:
    """A document that is shown, whole."""

    index: int
    """Its place among the documents given."""
    score: float
    """How much it matters to the question; only to be compared within one choice."""
    tokens: int
    """Its cost."""


class PassageSelector:
    """Chooses among documents (paragraphs, turns of a conversation, examples) for a question.

    Holds nothing but its settings and may be shared between threads.

    Args:
        criterion: Says how much a document matters; None takes `passage_criterion`.
        strategy: Chooses under the budget; None takes `FillStrategy`.
        counter: Counts tokens; None counts o200k tokens.
    """

    def __init__(
        self,
        *,
        criterion: Criterion | None = None,
        strategy: Strategy | None = None,
        counter: TokenCounter | None = None,
    ) -> None:
        self._criterion = criterion or passage_criterion(encoder_for("auto"))
        self._strategy = strategy or FillStrategy()
        self._counter = counter or default_counter()

    def select(self, texts: Sequence[str], query: str, budget: int) -> list[ChosenPassage]:
        """The documents to show, in the order in which they were given.

        Args:
            texts: The documents. Their order matters where it tells something, as in a
                conversation.
            query: The question.
            budget: What their tokens may sum up to.

        Raises:
            ValueError: The budget is negative, or the criterion gave a score that is negative or no number.
        """
        if budget < 0:
            raise ValueError(f"budget must not be negative, got {budget}")
        context = self._context(texts, query)
        scores = scored(self._criterion, context)
        chosen = self._strategy.select(context, scores, budget).renditions
        return [
            ChosenPassage(index=index, score=float(scores[index]), tokens=context.segments[index].tokens)
            for index in sorted(chosen)
        ]

    def _context(self, texts: Sequence[str], query: str) -> Context:
        counted = zip(texts, self._counter.count_many(texts), strict=True)
        return Context(
            segments=[
                Segment(part=0, start=0, end=len(text), text=text, tokens=tokens, role="tool")
                for text, tokens in counted
            ],
            groups=[Group(messages=(0,), step=0)],
            message_of=np.arange(len(texts)),
            group_of=np.zeros(len(texts), dtype=np.intp),
            step=1,
            query=query,
        )
