"""Every error this library raises on purpose.

AgentCompressError
├── BudgetExceededError      hard pins alone are over the ceiling
├── ContextRefusedError      the provider finds even the shortened request too long
├── UnsupportedContentError  content that no codec or segmenter can read
├── InvalidInputError        a file, record or conversation that is not what it should be
├── MissingDependencyError   an optional package or data file is not installed
├── EncodingError            an embedding server gave no vectors
├── StoreBusyError           another process holds the store's file
└── WorkerLostError          a process that did part of the work was killed

Bad settings given to a constructor are plain ``ValueError``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class AgentCompressError(Exception):
    """Base class of everything this library raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Lets it come from another process as it was, without asking `__init__` again."""
        return _again, (type(self), self.args), self.__dict__


class BudgetExceededError(AgentCompressError):
    """What may never be touched is alone larger than the budget.

    Attributes:
        ceiling: The hard limit, in tokens.
        breakdown: Tokens by what takes them, e.g. ``{"system prompt": 9000}``.
    """

    def __init__(self, ceiling: int, breakdown: Mapping[str, int]) -> None:
        self.ceiling = ceiling
        self.breakdown = dict(breakdown)
        parts = ", ".join(f"{name} {tokens:,}" for name, tokens in self.breakdown.items() if tokens)
        super().__init__(
            f"budget of {ceiling:,} tokens is too small: pinned content alone takes "
            f"{sum(self.breakdown.values()):,} ({parts})"
        )


class ContextRefusedError(AgentCompressError):
    """The provider found a request too long, and the shorter one that was tried next too.

    Attributes:
        tokens: Tokens of the shorter request, as they are counted here.
    """

    def __init__(self, tokens: int, said: str) -> None:
        self.tokens = tokens
        super().__init__(
            f"the provider refused a request of {tokens:,} tokens as too long, after a longer one: "
            f"set a smaller budget ({said})"
        )


class UnsupportedContentError(AgentCompressError):
    """Content of a shape that cannot be read."""


class InvalidInputError(AgentCompressError):
    """Input data that is not what it should be; says where.

    Attributes:
        path: The file, or None for data given in memory.
        line: The 1-based line, or None where lines do not apply.
    """

    def __init__(self, message: str, *, path: Path | str | None = None, line: int | None = None) -> None:
        self.path = path
        self.line = line
        where = "" if path is None else f"{path}:{line}: " if line is not None else f"{path}: "
        super().__init__(f"{where}{message}")


class MissingDependencyError(AgentCompressError):
    """An optional package or data file is missing; says how to get it."""


class EncodingError(AgentCompressError):
    """An embedding server gave no vectors; says for which batch and why."""


class StoreBusyError(AgentCompressError):
    """Another process holds a store's file for writing, longer than is worth waiting; nothing was written."""


class WorkerLostError(AgentCompressError):
    """A process that did a part of the work was killed, so its part is missing."""


def _again(kind: type[AgentCompressError], args: tuple[Any, ...]) -> AgentCompressError:
    return kind.__new__(kind, *args)
