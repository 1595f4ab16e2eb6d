"""Examples in a LangGraph store, so that they outlive the process."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from langgraph.store.base import BaseStore, PutOp

from .written import Example

_FIRST, _MORE = 10_000, 16
"""Items asked for at first, and how many times as many next."""
_AT_ONCE = 1_000


class KeptExamples:
    """The examples below a namespace, each once.

    The store keeps them and does not index them: they are found by what `ExamplePool` knows.

    Args:
        store: Any LangGraph store; `FaissStore` keeps them in one file.
        namespace: Where in it.

    Raises:
        ValueError: The namespace is empty, or one text.
    """

    def __init__(self, store: BaseStore, namespace: Sequence[str]) -> None:
        if isinstance(namespace, str):
            raise ValueError(f"namespace must be a sequence of labels, got {namespace!r}")
        if not namespace:
            raise ValueError("namespace must name where the examples are kept")
        self._store = store
        self._namespace = tuple(namespace)

    def read(self) -> list[dict[str, Any]]:
        """All of them, in the order in which they came; at once, as pages may begin anywhere among equals."""
        limit = _FIRST
        while len(found := self._store.search(self._namespace, limit=limit)) == limit:
            limit *= _MORE
        items = [item for item in found if item.namespace == self._namespace and "example" in item.value]
        items.sort(key=lambda item: (item.value.get("place", 0), item.created_at, item.key))
        return [item.value["example"] for item in items]

    def keep(self, examples: Sequence[Example], place: int) -> None:
        """Keeps more; returns when the store has them.

        Args:
            examples: What is kept, each once.
            place: How many came before: so that ties fall as they fell when they are read again.
        """
        for start in range(0, len(examples), _AT_ONCE):
            some = {
                key_of(example): {"example": dict(example), "place": number}
                for number, example in enumerate(examples[start : start + _AT_ONCE], start=place + start)
            }
            self._store.batch(
                PutOp(self._namespace, key, value, index=False) for key, value in sorted(some.items())
            )


def key_of(example: Example) -> str:
    """The same for examples that say the same."""
    said = json.dumps(example, sort_keys=True, ensure_ascii=True, default=str)
    return sha256(said.encode()).hexdigest()[:32]
