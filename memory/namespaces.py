"""Namespaces as text, ordered so that a namespace and all below it are one range."""

from collections.abc import Iterable
from dataclasses import dataclass

from langgraph.store.base import ListNamespacesOp, MatchCondition

Namespace = tuple[str, ...]


def to_text(namespace: Namespace) -> str:
    """Each label with a period behind it: no label may contain one."""
    return "".join(f"{label}." for label in namespace)


def to_labels(text: str) -> Namespace:
    """The way back."""
    return tuple(text[:-1].split("."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which rows may be wanted: those under a prefix whose JSON holds some texts."""

    prefix: Namespace
    needles: tuple[str, ...] = ()

    def sql(self) -> tuple[str, tuple[str, ...]]:
        """A condition on the columns `namespace` and `value`, and its parameters."""
        holds = " AND instr(value, ?)" * len(self.needles)
        if not self.prefix:
            return f"TRUE{holds}", self.needles
        text = to_text(self.prefix)
        # "/" comes right after ".", so the range holds exactly the texts that start with `text`.
        return f"namespace >= ? AND namespace < ?{holds}", (text, f"{text[:-1]}/", *self.needles)


def listed(namespaces: Iterable[Namespace], op: ListNamespacesOp) -> list[Namespace]:
    """The page of namespaces that an operation asks for, sorted.

    Raises:
        ValueError: A match type that does not exist.
    """
    conditions = op.match_conditions or ()
    matching = [each for each in namespaces if all(_matches(each, condition) for condition in conditions)]
    cut = sorted({each[: op.max_depth] for each in matching})
    return cut[op.offset : op.offset + op.limit]


def _matches(namespace: Namespace, condition: MatchCondition) -> bool:
    labels, path = list(namespace), list(condition.path)
    if condition.match_type == "suffix":
        labels.reverse()
        path.reverse()
    elif condition.match_type != "prefix":
        raise ValueError(f"match_type must be 'prefix' or 'suffix', got {condition.match_type!r}")
    return len(labels) >= len(path) and all(
        wanted in ("*", label) for label, wanted in zip(labels, path, strict=False)
    )
