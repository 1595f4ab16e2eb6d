"""What an atom looks like and what names it, worked out once a text."""

import re
from functools import lru_cache

from agentcompress.criteria.terms import terms_of

_RUN = re.compile(r"[A-Z]+|[a-z]+|[0-9]+")
_NAME_BEFORE = re.compile(r"(\w[\w-]*)[\"']?\s{0,4}[:=(]\s{0,4}[\"'\[{(]*\s{0,4}\Z")
_NAMES = re.compile(r"[\"']?\s{0,2}[:=](?![:=/])")
_REACH = 48
"""Characters before an atom in which its name may stand."""
NO_KEY = ""
"""In place of a name: nothing names the atom."""
IS_KEY = ":"
"""In place of a name: the atom names something itself."""


@lru_cache(maxsize=65_536)
def shape_of(atom: str) -> str:
    """The atom with its runs of capitals, letters and digits as one sign each: ``HAT021`` is ``A0``."""
    return _RUN.sub(lambda run: "0" if run[0][0].isdigit() else (run[0][0].isupper() and "A") or "a", atom)


@lru_cache(maxsize=65_536)
def parts_of(atom: str) -> tuple[str, ...]:
    """The terms by which an atom is found, without the atom itself where it has parts."""
    terms = terms_of(atom)
    return terms[1:] or terms


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
        name = _NAME_BEFORE.search(text[max(0, at - _REACH) : at])
        keys.append(name[1].lower() if name else NO_KEY)
    return tuple(keys)
