"""Namespaces as text, ordered so that a namespace and all below it are one range."""

from collections.abc import Iterable

from langgraph.store.base import ListNamespacesOp, MatchCondition

Namespace = tuple[str, ...]


def to_text(namespace: Namespace) -> str:
    """Each label with a period behind it: no label may contain one."""
    return "".join(f"{label}." for label in namespace)


def to_labels(text: str) -> Namespace:
    """The way back."""
    return tuple(text[:-1].split("."))


def within(prefix: Namespace) -> tuple[str, tuple[str, ...]]:
    """An SQL condition on the column `namespace` for all under a prefix, and its parameters."""
    if not prefix:
        return "TRUE", ()
    text = to_text(prefix)
    # "/" comes right after ".", so the range holds exactly the texts that start with `text`.
    return "namespace >= ? AND namespace < ?", (text, f"{text[:-1]}/")


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
