"""Atoms: the identifiers, paths, URLs and numbers that a later call may need byte for byte."""

import re
from collections.abc import Iterator

# The bound on the look ahead keeps rules of '#' or '@' from costing the square of their length.
_TOKEN = re.compile(
    r"(?:[A-Za-z0-9_]|[#@$](?=[./#@:+\-]{0,32}+[A-Za-z0-9_]))[A-Za-z0-9_./#@:+\-]*[A-Za-z0-9_]|[A-Za-z0-9]"
)
_COLOUR = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
# Plain words are ruled out first, since most tokens are.
_ATOM = re.compile(
    r"(?![a-z]+\Z)(?=.{4})(?:[A-Za-z:+$-]*+[0-9_/.#@]|[A-Z][a-z]{3}|.*?(?:[a-z][A-Z]|[A-Za-z]-[A-Za-z]))"
    r"|[0-9]{3}\Z"
)


def token_spans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the words, identifiers, paths and numbers in a text; no cut may fall inside one."""
    return (match.span() for match in _TOKEN.finditer(_uncoloured(text)))


def atoms_of(text: str) -> tuple[str, ...]:
    """The atoms of a text, each once, in order of first mention.

    An atom is a run of word characters and path punctuation of at least four
    characters that carries a digit, separator, inner capital or leading capital,
    or a number of three digits: what tells one thing from another.
    """
    return tuple(filter(_ATOM.match, dict.fromkeys(_TOKEN.findall(_uncoloured(text)))))


def _uncoloured(text: str) -> str:
    """The text with blanks for a terminal's colour codes: they are no part of the word they colour."""
    return _COLOUR.sub(lambda code: " " * len(code[0]), text) if "\x1b" in text else text
