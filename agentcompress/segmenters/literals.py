"""Strings as Python prints them inside other text → the same in triple quotes, without escapes."""

import re
from collections.abc import Callable
from functools import partial

from agentcompress.values import atoms_of

_LITERAL = re.compile(
    r"""(?:(?<=[=(\[{])|(?<=, )|(?<=["']: ))'((?:[^'\\\n]++|\\.)*+)(?:'(?=[,)\]}\s]|\Z)|(\\?\Z))"""
    r"""|(?:(?<=[=(])|(?<=[\w']: ))"((?:[^"\\\n]++|\\.)*+)(?:"(?=[,)\]}\s]|\Z)|(\\?\Z))"""
)
"""Strings, the last of them also cut off by the end of the text.

Not those that may be YAML, where single quotes hold no escapes, or JSON, which has no triple quotes.
"""
_ESCAPE = re.compile(r"\\(.)")
_PLAIN = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_LEAST = 200
"""Characters of a string that is worth it."""
_LEAST_ESCAPES = 4
_NEWLINE = re.compile(r"\n([\w./#@:+$-]*)", re.ASCII)
_QUOTES = "'''", '"""'


def unescaped(text: str, compact: Callable[[str], str]) -> str:
    r"""The text with its long strings in triple quotes, each a Python literal of the same value.

    What a string holds is said in fewer tokens too. An escaped line end stays one where that
    makes an atom (`\nid_7`) that would be gone without it.

    Args:
        text: What holds the strings.
        compact: Says what a string holds in fewer tokens.
    """
    if len(text) < _LEAST or "\\" not in text:
        return text
    atoms = set(atoms_of(text))
    missing: set[str] = set()
    shorter: dict[str, str] = {}
    for _ in range(2):
        made = _LITERAL.sub(partial(_written, compact=compact, shorter=shorter, held=missing), text)
        missing = atoms - set(atoms_of(made))
        if not missing:
            return made if len(made) < len(text) else text
    return text


def _written(
    match: re.Match[str], compact: Callable[[str], str], shorter: dict[str, str], held: set[str]
) -> str:
    single, cut, double, cut_double = match.groups()
    body = single or double or ""
    escapes = set(_ESCAPE.findall(body)) if len(body) >= _LEAST else set()
    if not escapes or not escapes <= _PLAIN.keys() or body.count("\\") < _LEAST_ESCAPES:
        return match[0]
    if body not in shorter:
        shorter[body] = compact(_ESCAPE.sub(lambda escape: _PLAIN[escape[1]], body))
    said = shorter[body]
    quotes = next((marks for marks in _QUOTES if marks not in said), "")
    whole = cut is None and cut_double is None
    if not quotes or "\r" in said or (whole and said.endswith(("\\", quotes[0]))):
        return match[0]
    begin = f"r{quotes}{_NEWLINE.sub(lambda end: _line_end(end, held, quotes), said)}"
    written = f"{begin}{quotes}".removesuffix(f"r{quotes * 2}") if whole else begin
    return written if len(written) < len(match[0]) else match[0]


def _line_end(match: re.Match[str], held: set[str], quotes: str) -> str:
    """A line end, escaped in a literal of its own where the atom it makes is to be held."""
    mine = set(atoms_of("n" + match[1])) & held if held else set()
    held -= mine
    return rf"{quotes} '\n{match[1]}' r{quotes}" if mine else match[0]
