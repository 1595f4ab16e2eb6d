"""A small record → the members that say which one it is."""

import re

from .lexemes import KEY, SCALAR, SPACE

_RECORD = re.compile(rf"\{{{SPACE}(?:{KEY}{SCALAR}{SPACE}(?:,{SPACE}(?!\}}))?+)++\}}").fullmatch
_MEMBER = re.compile(rf"{KEY}{SCALAR}").findall
_NAMES = re.compile(
    r'"(?:(?:\w*[_\-.])?(?i:id|key|name|uuid|sku|path|file|url|uri|code|title)|\w*[a-z]I[Dd])"'
).match
_LARGEST_SHARE = 0.6


def condensed(record: str) -> tuple[str, ...]:
    """The record with only the members that name it, where that is clearly smaller."""
    if not _RECORD(record):
        return ()
    naming = [member for member in _MEMBER(record) if _NAMES(member)]
    smaller = "{" + ", ".join(naming) + "}"
    return (smaller,) if naming and len(smaller) <= _LARGEST_SHARE * len(record) else ()
