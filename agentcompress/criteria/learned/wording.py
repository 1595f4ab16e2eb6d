"""What atoms look like and what names them."""

import re
from collections.abc import Sequence
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from agentcompress.criteria.mentions import Numbers, numbered

_SIGNS = bytes.maketrans(
    (ascii_lowercase + ascii_uppercase + digits).encode(), b"a" * 26 + b"A" * 26 + b"0" * 10
)
_RUNS = np.isin(np.arange(256), list(b"aA0"))
_BETWEEN = b"\xff"
"""Stands between texts; no text has it in UTF-8."""
_NAME = re.compile(r"\w[\w-]*\Z")
_NAMES = re.compile(r"[\"']?\s{0,2}[:=](?![:=/])")
_OPENING = " \t\n\"'[{"
_REACH = 48
"""Characters before an atom in which its name may stand."""
NO_KEY = ""
"""In place of a name: nothing names the atom."""
IS_KEY = ":"
"""In place of a name: the atom names something itself."""


def shapes_of(atoms: Sequence[str]) -> Numbers:
    """Which atoms look alike, where a run of capitals, letters or digits is one sign.

    Args:
        atoms: ``HAT021`` and ``B7`` are both ``A0``.

    Returns:
        A number of each atom's shape, shape (atoms,).
    """
    said = _BETWEEN.join([atom.encode("utf-8", "surrogatepass") for atom in atoms])
    signs = np.frombuffer(said.translate(_SIGNS), dtype=np.uint8)
    begins = ~_RUNS[signs]
    begins[1:] |= signs[1:] != signs[:-1]
    begins[:1] = True
    shapes = signs[begins].tobytes().split(_BETWEEN)
    return numbered(shapes if atoms else [])[0]


@lru_cache(maxsize=65_536)
def keys_of(text: str, atoms: tuple[str, ...]) -> tuple[str, ...]:
    """What names each atom of a text: the field, argument or variable it stands for.

    Args:
        text: A line of JSON, a call, ``key: value`` or an assignment.
        atoms: Its atoms, in order.

    Returns:
        One name an atom, in lower case; `NO_KEY` or `IS_KEY` where it has none.
    """
    if not (":" in text or "=" in text or "(" in text):
        return (NO_KEY,) * len(atoms)
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
