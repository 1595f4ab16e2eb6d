"""The document compressor for LangChain's retrievers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict, Field

from agentcompress.passages import PassageSelector
from agentcompress.strategies.ordering import Order, in_order
from agentcompress.tokens import default_counter

from .pieces import Cut, Span, joined, pieces_of
from .repeats import repeats_of

_LARGE = 0.25
"""Share of the budget from which on a document is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    document: int
    """Its place among those retrieved."""
    span: Span
    """Where it stands in it."""
    cut: Cut
    """What it is."""
    text: str
    """What it says."""
    score: float = 0.0
    """How much it matters, once it is chosen."""


class BudgetedDocumentCompressor(BaseDocumentCompressor):
    """Keeps of retrieved documents what answers the query, within a budget of tokens.

    Documents are chosen whole, those of more than a quarter of the budget piece by piece, by
    `PassageSelector`: what the first ones found speak of and name is followed, so that a
    question of two hops finds both. What another chosen one says already is left out, and
    the room given to others. Metadata stay, with `relevance_score` (only to be compared within one
    choice), and `also`: the metadata of those that said the same. Safe for threads.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    budget: int = Field(ge=0)
    """Tokens of the documents that are kept."""
    cut: Cut = "paragraphs"
    """What large documents are cut into; sentences, too, where nothing else fits."""
    order: Literal["given"] | Order = "given"
    """How the documents that are kept stand: as they were retrieved, or by relevance."""
    selector: PassageSelector = Field(default_factory=PassageSelector)
    """Chooses."""
    count: Callable[[str], int] = Field(default_factory=lambda: default_counter().count)
    """Counts the tokens of a text."""
    write: Callable[[Sequence[Document]], str] | None = None
    """Writes the documents as the prompt has them, for what that takes beyond their texts. None
    counts their texts alone."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """What is kept of the documents.

        Args:
            documents: What was retrieved.
            query: The question.
            callbacks: Not used: nothing runs that could call back.
        """
        for cut in dict.fromkeys((self.cut, "sentences")):
            pieces = self._pieces(documents, cut)
            if kept := self._kept(documents, query, pieces):
                return self._placed(kept)
        return []

    def _pieces(self, documents: Sequence[Document], cut: Cut) -> list[_Piece]:
        pieces = []
        for number, document in enumerate(documents):
            text = document.page_content
            own = cut if self.count(text) > self.budget * _LARGE else "documents"
            pieces += [
                _Piece(document=number, span=(start, end), cut=own, text=text[start:end])
                for start, end in pieces_of(text, own)
            ]
        return pieces

    def _kept(self, documents: Sequence[Document], query: str, pieces: Sequence[_Piece]) -> list[Document]:
        also: dict[int, list[int]] = {}
        while True:
            chosen = self._chosen(pieces, query)
            repeats = repeats_of([piece.text for piece in chosen])
            if not repeats:
                break
            for repeat, first in repeats.items():
                document, other = chosen[first].document, chosen[repeat].document
                if document != other:
                    also.setdefault(document, []).extend([other, *also.pop(other, ())])
            gone = {(chosen[repeat].document, chosen[repeat].span) for repeat in repeats}
            pieces = [piece for piece in pieces if (piece.document, piece.span) not in gone]
        while self._tokens(kept := self._merged(documents, chosen, also)) > self.budget:
            chosen.remove(min(chosen, key=lambda piece: piece.score))
        return kept

    def _chosen(self, pieces: Sequence[_Piece], query: str) -> list[_Piece]:
        found = self.selector.select([piece.text for piece in pieces], query, self.budget)
        return [replace(pieces[passage.index], score=passage.score) for passage in found]

    def _merged(
        self, documents: Sequence[Document], chosen: Sequence[_Piece], also: dict[int, list[int]]
    ) -> list[Document]:
        parts: dict[int, list[_Piece]] = {}
        for piece in chosen:
            parts.setdefault(piece.document, []).append(piece)
        kept = []
        for number, shown in parts.items():
            document, cut = documents[number], shown[0].cut
            spans = pieces_of(document.page_content, cut)
            text = joined(document.page_content, spans, [piece.span for piece in shown], cut)
            found: dict[str, Any] = {"relevance_score": max(piece.score for piece in shown)}
            others: list[dict[str, Any]] = []
            for other in also.get(number, ()):
                metadata = documents[other].metadata
                if metadata != document.metadata and metadata not in others:
                    others.append(metadata)
            if others:
                found["also"] = others
            update = {"page_content": text, "metadata": {**document.metadata, **found}}
            kept.append(document.model_copy(update=update))
        return kept

    def _placed(self, kept: list[Document]) -> list[Document]:
        if self.order == "given":
            return kept
        ranked = sorted(kept, key=lambda document: -document.metadata["relevance_score"])
        return in_order(ranked, self.order)

    def _tokens(self, kept: Sequence[Document]) -> int:
        if self.write is not None:
            return self.count(self.write(kept)) if kept else 0
        return sum(self.count(document.page_content) for document in kept)
