"""Terms without the endings of the plural."""

from functools import lru_cache

from .terms import terms_of

_SHORTEST = 4


@lru_cache(maxsize=65_536)
def stems_of(text: str) -> tuple[str, ...]:
    """The terms of a text in order, repeats included, each in the singular.

    A weak stemmer: it joins ``meetings`` and ``meeting``, and never two words of
    different meaning, as stronger ones do with the names in multi-hop questions.
    The texts read last are remembered.

    Source: the S stemmer of Harman, "How Effective Is Suffixing?" (JASIS 1991).
    """
    return tuple(map(_singular, terms_of(text)))


def _singular(term: str) -> str:
    if len(term) < _SHORTEST or not term.endswith("s"):
        return term
    if term.endswith("ies") and not term.endswith(("eies", "aies")):
        return f"{term[:-3]}y"
    if term.endswith("es") and not term.endswith(("aes", "ees", "oes")):
        return term[:-1]
    return term if term.endswith(("us", "ss", "es")) else term[:-1]
