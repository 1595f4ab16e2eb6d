"""The terms by which a text is found: words, identifiers and their parts."""

import re
import runpy
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

_COMPOUND = re.compile(r"\w+(?:[./:@#-]+\w+)*")
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")


@lru_cache(maxsize=65_536)
def terms_of(text: str) -> tuple[str, ...]:
    """The terms of a text in order, repeats included, English stop words left out.

    A compound gives itself, its words and their parts, in lower case:
    ``src/parseArgs.py`` is found by ``src/parseargs.py``, ``src``, ``parseargs``,
    ``parse``, ``args`` and ``py``. The texts read last are remembered.
    """
    compounds = _COMPOUND.findall(text)
    if len(compounds) == 1:
        return _terms_of_compound(compounds[0])
    return tuple(chain.from_iterable(map(_terms_of_compound, compounds)))


@lru_cache(maxsize=65_536)
def _terms_of_compound(compound: str) -> tuple[str, ...]:
    found = (compound, *_WORD.findall(compound), *_PART.findall(compound))
    return tuple(term for term in dict.fromkeys(map(str.lower, found)) if term not in _stop_words())


@cache
def _stop_words() -> frozenset[str]:
    # Read beside the package: importing that starts JAX where there is one, which takes a GPU's memory.
    package = find_spec("bm25s")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'bm25s'", name="bm25s")
    words = runpy.run_path(str(Path(package.submodule_search_locations[0]) / "stopwords.py"))
    return frozenset(words["STOPWORDS_EN_PLUS"])
