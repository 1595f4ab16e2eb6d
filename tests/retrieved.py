"""Made-up documents, as tools give back what they found in a collection."""

import json
from collections.abc import Sequence

_PLACES = [
    "Aldmoor",
    "Brinsea",
    "Corvale",
    "Dunmere",
    "Eskholm",
    "Farrow",
    "Gantry",
    "Hollin",
    "Irwell",
    "Jarrow",
]
_GOODS = ["wool", "slate", "amber", "cider", "rope", "glass", "salt", "tin", "oak", "linen"]
DOCUMENTS = [
    f"The market of {place} is held on the first day of each month, when carts come from {_PLACES[n - 1]}, "
    f"{_PLACES[n - 2]} and {_PLACES[n - 3]}. For three hundred years its stalls have sold {_GOODS[n]} above "
    f"all, and the guild that weighs it keeps a house with a green door beside the well. "
    f"A visitor named Mr. Pell counted {400 + 7 * n} stalls, which nobody has done since."
    for n, place in enumerate(_PLACES)
]
"""Each about a town, and each names three others."""
FORMS = (
    "blank lines",
    "sources",
    "numbers",
    "headings",
    "rules",
    "long rules",
    "tags",
    "records",
    "results",
    "strings",
)
"""Ways to put documents into one text."""


def question(number: int) -> str:
    """What only one of the documents answers, asked without its town's name."""
    return f"Which market sells {_GOODS[number]}, and what colour is the door of the guild's house there?"


def form(name: str, documents: Sequence[str]) -> str:
    """The documents as one text."""
    records = [{"id": f"d{n}", "score": 0.9 - n / 100, "content": text} for n, text in enumerate(documents)]
    return {
        "blank lines": "\n\n".join(documents),
        "sources": "\n\n".join(f"Source: towns/{n}.txt\nContent: {one}" for n, one in enumerate(documents)),
        "numbers": "\n\n".join(f"[{n}] {one}" for n, one in enumerate(documents)),
        "headings": "\n\n".join(f"## Document {n}\n\n{one}" for n, one in enumerate(documents)),
        "rules": "\n\n---\n\n".join(documents),
        "long rules": f"\n\n{'=' * 60}\n\n".join(documents),
        "tags": "\n".join(f'<document index="{n}">\n{one}\n</document>' for n, one in enumerate(documents)),
        "records": json.dumps(records),
        "results": json.dumps({"query": "markets", "results": records}, indent=2),
        "strings": json.dumps(documents),
    }[name]
