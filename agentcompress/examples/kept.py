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
        """All of them, the oldest first; at once, because a page may begin anywhere among equals."""
        limit = _FIRST
        while len(found := self._store.search(self._namespace, limit=limit)) == limit:
            limit *= _MORE
        items = [item for item in found if item.namespace == self._namespace and "example" in item.value]
        items.sort(key=lambda item: (item.created_at, item.key))
        return [item.value["example"] for item in items]

    def keep(self, examples: Sequence[Example]) -> None:
        """Keeps more; returns when the store has them."""
        for start in range(0, len(examples), _AT_ONCE):
            some = {key_of(example): example for example in examples[start : start + _AT_ONCE]}
            self._store.batch(
                PutOp(self._namespace, key, {"example": dict(example)}, index=False)
                for key, example in sorted(some.items())
            )


def key_of(example: Example) -> str:
    """The same for examples that say the same."""
    said = json.dumps(example, sort_keys=True, ensure_ascii=True, default=str)
    return sha256(said.encode()).hexdigest()[:32]
