"""Retrieved documents under a budget."""

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from langchain_core.documents import Document

from agentcompress.passages import ChosenPassage, PassageSelector

_LARGE = 0.25
"""Share of the budget from which on a document is chosen paragraph by paragraph."""


def pruned(
    documents: Sequence[Document],
    question: str,
    budget: int,
    *,
    selector: PassageSelector,
    count: Callable[[str], int],
) -> list[Document]:
    """The documents, and the paragraphs of large ones, that answer a question within a budget.

    What several documents say word for word is shown once; paragraphs of one document are
    merged into one again, with a mark where some are left out.

    Args:
        documents: What was retrieved, the best first.
        question: What they are to answer.
        budget: Tokens of them as `written` writes them.
        selector: Chooses.
        count: Counts the tokens of a text.
    """
    passages: dict[tuple[int, int], str] = {}
    for number, document in enumerate(documents):
        text = document.page_content.strip()
        large = count(text) > budget * _LARGE
        pieces = re.split(r"\n\s*\n", text) if large else [text]
        known = set(map(_bare, passages.values()))
        passages |= {
            (number, place): piece
            for place, piece in enumerate(pieces)
            if piece.strip() and _bare(piece) not in known
        }
    keys, texts = list(passages), list(passages.values())
    chosen = selector.select(texts, question, budget)
    while True:
        shown = _merged(documents, [keys[passage.index] for passage in chosen], passages)
        if count(written(shown)) <= budget:
            return shown
        chosen.remove(min(chosen, key=_worth))


def written(documents: Sequence[Document]) -> str:
    """Documents as a model reads them: numbered, with their source."""
    return "\n\n".join(
        f"[{number}] {document.metadata.get('source', '')}".rstrip() + f"\n{document.page_content}"
        for number, document in enumerate(documents, start=1)
    )


def _worth(passage: ChosenPassage) -> float:
    return passage.score


def _bare(text: str) -> str:
    return " ".join(text.split())


def _merged(
    documents: Sequence[Document],
    keys: Sequence[tuple[int, int]],
    passages: dict[tuple[int, int], str],
) -> list[Document]:
    out = []
    for number, members in groupby(keys, key=lambda key: key[0]):
        text, last = "", -1
        for key in members:
            gap = "" if key[1] == last + 1 else "…\n\n"
            text, last = f"{text}{gap}{passages[key]}\n\n", key[1]
        cut = (number, last + 1) in passages
        out.append(
            documents[number].model_copy(update={"page_content": text.rstrip() + ("\n\n…" if cut else "")})
        )
    return out
