"""How chosen examples stand in a prompt, and what they take of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentcompress.strategies.ordering import Order, in_order
from agentcompress.values import TokenCounter

from .choice import Choice
from .chosen import ChosenExample
from .lexical_index import Ids
from .shortener import FieldShortener
from .written import Example, ExamplePrompt

_LARGE = 0.25
"""Share of the budget from which on an example is shortened, where it can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Writes, shortens, counts and orders examples."""

    budget: int
    """Tokens of all that are shown."""
    prompt: ExamplePrompt
    """Writes one."""
    separator: str
    """Stands between two."""
    order: Order
    """Where the most relevant stand."""
    counter: TokenCounter
    """Counts tokens."""
    shortener: FieldShortener | None
    """Cuts large ones; None where they are shown in full or not at all."""

    @property
    def room(self) -> int:
        """What costs may sum up to: each has a separator, and none stands behind the last example."""
        return self.budget + self.counter.count(self.separator)

    def cost(self, example: Example) -> int:
        """Tokens of an example and a separator.

        Raises:
            ValueError: The example lacks a field that the prompt writes.
        """
        return self.counter.count(self._written(example) + self.separator)

    def least(self, example: Example, cost: int) -> int:
        """What an example of that cost takes, shortened where it is large."""
        if self.shortener is None or cost <= _LARGE * self.budget:
            return cost
        return cost - self.shortener.saving(example)

    def laid_out(
        self, taken: Sequence[Choice], ids: Ids, examples: Sequence[Example], costs: Sequence[int]
    ) -> list[ChosenExample]:
        """What was taken, as it is shown: large ones in full where there is room in the end.

        The whole is counted as the prompt has it, and the last ones taken go until it fits.

        Args:
            taken: The choice, in the order in which it was made.
            ids: Places of the candidates.
            examples: The candidates.
            costs: What each takes in full.
        """
        shown = [self._shown(choice, ids, examples, costs) for choice in taken]
        left = self.room - sum(one.tokens for one in shown)
        for number, (one, choice) in enumerate(zip(shown, taken, strict=True)):
            full = costs[choice.place]
            if one.shortened and full - one.tokens <= left:
                left -= full - one.tokens
                shown[number] = replace(one, example=examples[choice.place], tokens=full, shortened=False)
        while self._tokens(ordered := self._ordered(shown)) > self.budget:
            shown.pop()
        return ordered

    def _shown(
        self, choice: Choice, ids: Ids, examples: Sequence[Example], costs: Sequence[int]
    ) -> ChosenExample:
        example, full = examples[choice.place], costs[choice.place]
        cut = self.least(example, full) < full
        if cut and self.shortener:
            example = self.shortener.shortened(example)
        return ChosenExample(
            index=int(ids[choice.place]),
            example=example,
            tokens=self.cost(example) if cut else full,
            shortened=cut,
            relevance=choice.relevance,
            alike=choice.alike,
            coverage=choice.coverage,
            label=choice.label,
            score=choice.value,
        )

    def _ordered(self, shown: Sequence[ChosenExample]) -> list[ChosenExample]:
        ranked = sorted(shown, key=lambda one: (-round(one.relevance, 6), one.index))
        return in_order(ranked, self.order)

    def _tokens(self, shown: Sequence[ChosenExample]) -> int:
        return self.counter.count(self.separator.join(self._written(one.example) for one in shown))

    def _written(self, example: Example) -> str:
        try:
            return self.prompt.format(**example)
        except KeyError as error:
            raise ValueError(f"example_prompt needs {error}: the example has {', '.join(example)}") from error
