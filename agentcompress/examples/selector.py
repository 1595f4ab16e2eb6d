"""The example selector for LangChain's few-shot prompts."""

import asyncio
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from langchain_core.example_selectors import BaseExampleSelector
from langgraph.store.base import BaseStore

from agentcompress.encoders import encoder_for
from agentcompress.encoders.choice import EncoderSetting
from agentcompress.strategies.ordering import ORDERS, Order
from agentcompress.tokens import default_counter
from agentcompress.values import TokenCounter

from .choice import chosen
from .chosen import ChosenExample
from .kept import KeptExamples, key_of
from .layout import Layout
from .pool import ExamplePool
from .shortener import FieldShortener
from .written import Example, ExamplePrompt, FieldLines, text_of


class BudgetedExampleSelector(BaseExampleSelector):
    """Chooses the set of examples that serves a query best within a budget of tokens.

    The set counts, not each example by itself: relevance by words and meaning, coverage
    of the query's words, and, where examples have labels, the odds that the right one is
    among them (the query's own label is not known). The examples that say the same are one. Safe for threads.

    Args:
        examples: To begin with.
        budget: Tokens of the examples as the prompt writes them, separators between them
            included. What a chat template adds to each message is not counted.
        input_keys: The fields that are compared with the query. None compares all but the
            label with all that the prompt is given.
        label_key: The field that holds an example's label, where it has one. None looks at no labels.
        example_prompt: Writes an example, as in the prompt; None writes "field: value" lines.
        separator: Stands between two examples.
        shorten: Tokens that a field keeps where the example would take more than a
            quarter of the budget; what is left in the end goes to showing them in full.
        order: Where the most relevant stand.
        counter: Counts tokens; None counts o200k tokens.
        encoder: As for `Compressor`.
        store: Keeps the examples; those it has already are there from the beginning. What
            others add to it later is not seen.
        namespace: Where in the store.

    Raises:
        ValueError: The budget is no whole number of tokens, the order is not known, or an example is refused.
    """

    def __init__(
        self,
        examples: Sequence[Example] = (),
        *,
        budget: int,
        input_keys: Sequence[str] | None = None,
        label_key: str | None = None,
        example_prompt: ExamplePrompt | None = None,
        separator: str = "\n\n",
        shorten: Mapping[str, int] | None = None,
        order: Order = "similar-last",
        counter: TokenCounter | None = None,
        encoder: EncoderSetting = "auto",
        store: BaseStore | None = None,
        namespace: Sequence[str] = ("examples",),
    ) -> None:
        if isinstance(budget, float):
            raise ValueError(f"budget must be a whole number of tokens, got {budget}")
        if budget < 0:
            raise ValueError(f"budget must not be negative, got {budget}")
        if order not in ORDERS:
            raise ValueError(f"order {order!r} is none of {', '.join(ORDERS)}")
        if input_keys is not None and not input_keys:
            raise ValueError("input_keys must name a field; None compares all of them")
        if isinstance(input_keys, str):
            raise ValueError(f"input_keys must be a sequence of names, got {input_keys!r}")
        self._input_keys = None if input_keys is None else tuple(input_keys)
        self._label_key = label_key
        counter = counter or default_counter()
        self._layout = Layout(
            budget=budget,
            prompt=example_prompt or FieldLines(),
            separator=separator,
            order=order,
            counter=counter,
            shortener=FieldShortener(shorten, counter) if shorten else None,
        )
        self._kept = None if store is None else KeptExamples(store, namespace)
        self._examples: list[Example] = []
        self._places: dict[str, int] = {}
        self._pool = ExamplePool(encoder_for(encoder))
        self._lock = Lock()
        if self._kept:
            self._take(self._kept.read())
        self.add_examples(examples)

    def __len__(self) -> int:
        return len(self._examples)

    def add_example(self, example: Example) -> int:
        """Adds an example, and keeps it where there is a store.

        Returns:
            Its place; that of the one that says the same, where there is such.

        Raises:
            ValueError: It is no mapping, a field's name is no text, or it lacks an input key.
        """
        [place] = self.add_examples([example])
        return place

    async def aadd_example(self, example: Example) -> int:
        """`add_example` in a thread."""
        return await asyncio.to_thread(self.add_example, example)

    def add_examples(self, examples: Sequence[Example]) -> list[int]:
        """Adds many at once, which is faster; all of them or, where one is refused, none."""
        for example in examples:
            self._input(example)
        if self._kept:
            new = {key: one for one in examples if (key := key_of(one)) not in self._places}
            self._kept.keep(list(new.values()), place=len(self))
        return self._take(examples)

    def select_examples(self, input_variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The examples to show, in the order of the prompt.

        Raises:
            ValueError: The input lacks an input key, or an example a field that the prompt writes.
        """
        return [dict(choice.example) for choice in self.select(input_variables)]

    async def aselect_examples(self, input_variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        """`select_examples` in a thread."""
        return await asyncio.to_thread(self.select_examples, input_variables)

    def select(self, input_variables: Mapping[str, Any]) -> list[ChosenExample]:
        """The same with what each costs, its score, and the reasons for it.

        Raises:
            ValueError: As for `select_examples`.
        """
        query = self._query(input_variables)
        with self._lock:
            candidates = self._pool.candidates(query)
            examples = [self._examples[place] for place in candidates.ids.tolist()]
        labels = [self._label(example) for example in examples]
        costs = [self._layout.cost(example) for example in examples]
        least = [self._layout.least(example, cost) for example, cost in zip(examples, costs, strict=True)]
        taken = chosen(candidates, labels, least, self._layout.room)
        return self._layout.laid_out(taken, candidates.ids, examples, costs)

    def _take(self, examples: Sequence[Example]) -> list[int]:
        with self._lock:
            keys = [key_of(example) for example in examples]
            new = {
                key: dict(example)  # The caller's may change.
                for key, example in zip(keys, examples, strict=True)
                if key not in self._places
            }
            self._pool.add(list(map(self._input, new.values())))
            for key, example in new.items():
                self._places[key] = len(self._examples)
                self._examples.append(example)
            return [self._places[key] for key in keys]

    def _input(self, example: Example) -> str:
        if not isinstance(example, Mapping):
            raise ValueError(f"an example must be a mapping, got {type(example).__name__}")
        if strange := [name for name in example if not isinstance(name, str)]:
            raise ValueError(f"the names of an example's fields must be text, got {strange[0]!r}")
        keys = self._input_keys or [name for name in example if name != self._label_key]
        if missing := [name for name in keys if name not in example]:
            raise ValueError(
                f"the example lacks {', '.join(missing)}: it has {', '.join(example) or 'nothing'}"
            )
        return "\n".join(text_of(example[name]) for name in keys)

    def _query(self, inputs: Mapping[str, Any]) -> str:
        keys = self._input_keys or list(inputs)
        if missing := [name for name in keys if name not in inputs]:
            raise ValueError(f"the input lacks {', '.join(missing)}: it has {', '.join(inputs) or 'nothing'}")
        return "\n".join(text_of(inputs[name]) for name in keys)

    def _label(self, example: Example) -> str | None:
        label = example.get(self._label_key) if self._label_key else None
        return None if label is None else text_of(label)
