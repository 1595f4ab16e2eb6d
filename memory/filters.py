"""Filters: which values a search wants."""

import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


def matches(value: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> bool:
    """Whether a value has all that a filter asks for.

    A key names a member, or with periods the way to one further in. What stands behind it
    is what the member must equal; an object that it must contain; or operators that must
    all hold: $eq, $ne, $gt, $gte, $lt, $lte. A member that is not there is like None.
    Numbers are ordered as numbers, also against text that is one, and other text as
    text; what has no order (None, lists, text against a number) is neither less nor greater.

    Raises:
        ValueError: An operator that does not exist.
    """
    return all(_fits(_member(value, key), condition) for key, condition in (wanted or {}).items())


def needles(wanted: Any) -> list[str]:
    """What stands in the JSON of every value that a filter lets through: texts that a member must equal."""
    if isinstance(wanted, str):
        return [json.dumps(wanted)]
    if isinstance(wanted, Mapping):
        inner = [each for name, each in wanted.items() if name == "$eq" or not name.startswith("$")]
    else:
        inner = list(wanted) if isinstance(wanted, list | tuple) else []
    return [needle for each in inner for needle in needles(each)]


def _member(value: Mapping[str, Any], key: str) -> Any:
    if key in value or "." not in key:
        return value.get(key)
    member: Any = value
    for step in key.split("."):
        member = member.get(step) if isinstance(member, Mapping) else None
    return member


def _fits(value: Any, condition: Any) -> bool:
    if isinstance(condition, Mapping):
        if any(name.startswith("$") for name in condition):
            return all(_holds(value, name, other) for name, other in condition.items())
        return isinstance(value, Mapping) and all(
            _fits(value.get(name), inner) for name, inner in condition.items()
        )
    if isinstance(condition, list | tuple):
        return (
            isinstance(value, list)
            and len(value) == len(condition)
            and all(_fits(one, other) for one, other in zip(value, condition, strict=True))
        )
    return bool(value == condition)


def _holds(value: Any, name: str, other: Any) -> bool:
    if name == "$eq":
        return bool(value == other)
    if name == "$ne":
        return bool(value != other)
    if name not in _ORDER:
        raise ValueError(f"filters know $eq, $ne, $gt, $gte, $lt and $lte, got {name!r}")
    if not (isinstance(value, str) and isinstance(other, str)):
        value, other = _number(value), _number(other)
    return value is not None and other is not None and _ORDER[name](value, other)


def _number(value: Any) -> int | float | None:
    if isinstance(value, int | float):
        return value
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None
