"""Where the time of a compression goes: each stage without what it calls of the others."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from agentcompress.criteria import EmbeddingCriterion, LexicalCriterion, ProductCriterion
from agentcompress.pipeline.conversation import Conversation
from agentcompress.pipeline.segmenting import SegmentCache
from agentcompress.strategies import DeduplicateStrategy, PruneStrategy
from agentcompress.tokens.counter import TiktokenCounter

STAGES: dict[str, tuple[type, str]] = {
    "segmenting": (SegmentCache, "segmented"),
    "counting": (TiktokenCounter, "count"),
    "scoring, lexical": (LexicalCriterion, "score"),
    "scoring, embedding": (EmbeddingCriterion, "score"),
    "scoring, the rest": (ProductCriterion, "score"),
    "selection, repeats": (DeduplicateStrategy, "prepare"),
    "selection, kernel": (PruneStrategy, "prepare"),
    "rendering": (Conversation, "render"),
}
"""Where each stage is entered; what is in none of them is the rest."""
REST = "plans and the rest"


class Stopwatch:
    """Seconds of each stage; the time of a stage inside another is its own alone."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._running = [REST]
        self._since = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Takes the time of all stages until it is left; for one thread."""
        with ExitStack() as stack:
            for stage, (owner, name) in STAGES.items():
                stack.enter_context(patch.object(owner, name, self._timed(stage, getattr(owner, name))))
            self._since = time.perf_counter()
            yield
            self._book()

    def _timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            self._book()
            self._running.append(stage)
            try:
                made = call(*args, **named)
            finally:
                self._book()
                self._running.pop()
            # What a stage prepares is a part of it.
            return self._timed(stage, made) if callable(made) else made

        return timed

    def _book(self) -> None:
        """Gives the time since the last change of stage to the one that ran."""
        now = time.perf_counter()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now
