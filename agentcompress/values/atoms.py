"""Atoms: the identifiers, paths, URLs and numbers that a later call may need byte for byte."""

import re
from collections.abc import Iterator

# The bound on the look ahead keeps rules of '#' or '@' from costing the square of their length.
_TOKEN = re.compile(
    r"(?:[A-Za-z0-9_]|[#@$](?=[./#@:+\-]{0,32}+[A-Za-z0-9_]))[A-Za-z0-9_./#@:+\-]*[A-Za-z0-9_]|[A-Za-z0-9]"
)
_COLOUR = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_SPECIAL = re.compile(r"[0-9_/.#@]|[a-z][A-Z]|^[A-Z][a-z]{3,}|[A-Za-z]-[A-Za-z]")
_MIN_LENGTH = 4


def token_spans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the words, identifiers, paths and numbers in a text; no cut may fall inside one."""
    return (match.span() for match in _TOKEN.finditer(_uncoloured(text)))


def atoms_of(text: str) -> tuple[str, ...]:
    """The atoms of a text, each once, in order of first mention.

    An atom is a run of word characters and path punctuation of at least four
    characters that carries a digit, separator, inner capital or leading capital,
    or a number of three digits: what tells one thing from another.
    """
    return tuple(dict.fromkeys(atom for token in _TOKEN.findall(_uncoloured(text)) if (atom := _atom(token))))


def _uncoloured(text: str) -> str:
    """The text with blanks for a terminal's colour codes: they are no part of the word they colour."""
    return _COLOUR.sub(lambda code: " " * len(code[0]), text) if "\x1b" in text else text


def _atom(token: str) -> str | None:
    stripped = token.strip(".,:-/+")
    if len(stripped) >= _MIN_LENGTH:
        return stripped if _SPECIAL.search(stripped) else None
    return stripped if len(stripped) == 3 and stripped.isdigit() else None
