"""Links in text: what can be left out of them under pressure."""

import re

_LEAST = 24
"""Characters of an address below which leaving it out saves too little."""
_MOST = 2_000
"""Characters above which a piece is one token without an end, and not worth the search."""
_TARGET = re.compile(rf"\]\((?:[^()\s]|\([^()\s]*\)){{{_LEAST},}}[^()\n]*\)")
_QUERY = re.compile(rf"""(https?://[^\s()<>\[\]"'|?#]+)\?[^\s()<>\[\]"'|]{{{_LEAST},}}""")


def without_queries(text: str) -> str:
    """The text with `…` for the long query of an address."""
    return _QUERY.sub(r"\1…", text)


def without_targets(text: str) -> str:
    """The text with `…` for the long addresses of its Markdown links and images."""
    return _TARGET.sub("](…)", text)


def shortened(text: str) -> tuple[str, ...]:
    """Smaller forms of a text with links, largest first."""
    if "://" not in text or len(text) > _MOST:
        return ()
    forms = [text]
    for smaller in (without_queries(text), without_targets(without_queries(text))):
        if len(forms[-1]) - len(smaller) >= _LEAST:
            forms.append(smaller)
    return tuple(forms[1:])
