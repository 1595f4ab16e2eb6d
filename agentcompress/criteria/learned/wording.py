"""What an atom looks like and what names it, worked out once a text."""

import re
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple

from agentcompress.criteria.terms import terms_of

_CLASSES = str.maketrans(
    {
        **dict.fromkeys(ascii_lowercase, "a"),
        **dict.fromkeys(ascii_uppercase, "A"),
        **dict.fromkeys(digits, "0"),
    }
)
_NAME = re.compile(r"\w[\w-]*\Z")
_NAMES = re.compile(r"[\"']?\s{0,2}[:=](?![:=/])")
_OPENING = " \t\n\"'[{"
_REACH = 48
"""Characters before an atom in which its name may stand."""
NO_KEY = ""
"""In place of a name: nothing names the atom."""
IS_KEY = ":"
"""In place of a name: the atom names something itself."""


class Wording(NamedTuple):
    """What can be said of an atom without its context."""

    shape: str
    """Its runs of capitals, letters and digits as one sign each: ``HAT021`` is ``A0``."""
    parts: tuple[str, ...]
    """The terms by which it is found, without itself where it has parts."""


@lru_cache(maxsize=65_536)
def wording_of(atom: str) -> Wording:
    """What an atom looks like; the atoms asked for last are remembered."""
    shape = atom.translate(_CLASSES)
    for run, sign in (("aa", "a"), ("AA", "A"), ("00", "0")):
        while run in shape:
            shape = shape.replace(run, sign)
    terms = terms_of(atom)
    return Wording(shape=shape, parts=terms[1:] or terms)


@lru_cache(maxsize=65_536)
def keys_of(text: str, atoms: tuple[str, ...]) -> tuple[str, ...]:
    """What names each atom of a text: the field, argument or variable it stands for.

    Args:
        text: A line of JSON, a call, ``key: value`` or an assignment.
        atoms: Its atoms, in order.

    Returns:
        One name an atom, in lower case; `NO_KEY` or `IS_KEY` where it has none.
    """
    keys = []
    at = 0
    for atom in atoms:
        found = text.find(atom, at)
        at = found if found >= 0 else max(0, text.find(atom))
        if _NAMES.match(text, at + len(atom)):
            keys.append(IS_KEY)
            continue
        before = text[max(0, at - _REACH) : at].rstrip(_OPENING)
        name = _NAME.search(before[:-1].rstrip(_OPENING)) if before.endswith((":", "=", "(")) else None
        keys.append(name[0].lower() if name else NO_KEY)
    return tuple(keys)
