"""The archive of the conversation that a graph is running for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_config, get_store
from langgraph.store.base import BaseStore

from agentcompress.archive import Archive
from agentcompress.errors import InvalidInputError

_PLACE = re.compile(r"\{(\w+)\}")
_THREAD = "thread_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archives:
    """Finds the archive of the thread that a run belongs to.

    Raises:
        ValueError: The namespace is no sequence of labels, or one of them is empty or has a brace that
            belongs to no place.
    """

    namespace: Sequence[str] = ()
    """Labels under which threads share what left their prompts; `{name}` in one stands for a value of
    the run's `config["configurable"]`. Without labels a thread sees its own alone."""

    def __post_init__(self) -> None:
        labels = self.namespace
        if isinstance(labels, str) or not all(isinstance(label, str) and label for label in labels):
            raise ValueError(f"namespace must be labels such as ('users', '{{user_id}}'), got {labels!r}")
        for label in labels:
            # A place that is misspelt must not become a label that all users share.
            if re.search("[{}]", _PLACE.sub("", label)):
                raise ValueError(f"namespace needs places such as '{{user_id}}', got {label!r}")

    def of(self, store: BaseStore | None, config: RunnableConfig) -> Archive | None:
        """The archive of a run; None without a store or a thread, unless threads are to share it.

        Raises:
            InvalidInputError: Threads are to share it, and there is no store, no thread, or no value for
                a place in the namespace.
        """
        values = config.get("configurable", {})
        if not self.namespace:
            thread = values.get(_THREAD)
            return Archive(store, str(thread)) if store is not None and thread else None
        if store is None:
            raise InvalidInputError(f"namespace {self.namespace} needs a store: give the graph one")
        labels = [_PLACE.sub(lambda place: self._value(values, place[1]), label) for label in self.namespace]
        return Archive(store, self._value(values, _THREAD), labels)

    def current(self) -> Archive | None:
        """The archive of the graph that this is called in, as `of` finds it; None where there is no run.

        Raises:
            InvalidInputError: As for `of`.
        """
        try:
            store, config = get_store(), get_config()
        except (RuntimeError, KeyError, AttributeError):  # There is no run, or none of a graph.
            return None
        return self.of(store, config)

    def _value(self, values: Mapping[str, Any], name: str) -> str:
        if values.get(name) in (None, ""):
            raise InvalidInputError(f"namespace {self.namespace} needs config['configurable'][{name!r}]")
        return str(values[name])
