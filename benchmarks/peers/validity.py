"""Whether JSON that is shown in part is still JSON."""

import json
from collections.abc import Sequence
from typing import Any

_KEYS = 40
"""Keys of an original that are looked for in what is shown."""


def json_validity(original: Sequence[dict[str, Any]], shown: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """How many results that were JSON are shown in part, and how many of these are JSON still.

    A placeholder counts as neither: only a text that has a key of the original is a part of it.

    Args:
        original: The context.
        shown: The same compressed, both in OpenAI chat format.
    """
    before: dict[str, list[str]] = {}  # some agents use an id twice
    for message in original:
        if _is_result(message):
            before.setdefault(message["tool_call_id"], []).append(message["content"])
    parts = valid = 0
    for message in shown:
        wholes = before.get(message["tool_call_id"], []) if _is_result(message) else []
        text = message.get("content")
        if not isinstance(text, str) or text in wholes:
            continue
        if any(key in text for whole in wholes for key in _keys(_container(whole))):
            parts += 1
            valid += _container(text) is not None
    return parts, valid


def _is_result(message: dict[str, Any]) -> bool:
    return message["role"] == "tool" and isinstance(message.get("content"), str)


def _container(text: str) -> dict[str, Any] | list[Any] | None:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _keys(value: Any) -> list[str]:
    found: list[str] = []
    waiting = [value]
    while waiting and len(found) < _KEYS:
        one = waiting.pop()
        if isinstance(one, dict):
            found += [f'"{key}"' for key in one]
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found
