"""Questions with documents and labelled evidence, one JSON line each."""

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from .lines import STDIN, LineReader
from .reading import first_problem


class Document(BaseModel):
    """What is shown whole or not at all: a paragraph, or a turn of a conversation."""

    id: str
    """Evidence refers to it."""
    text: str
    """What the model would read."""


class DocumentSet(BaseModel):
    """Documents that several questions share."""

    doc_set: str
    """Questions refer to it."""
    documents: list[Document] = Field(min_length=1)
    """In the order in which they were said or written."""


class Question(BaseModel):
    """A question, its documents inline or by the name of their set, and which of them answer it."""

    id: str
    """Names it; random choices depend on it."""
    source: str
    """Where it comes from: figures are per source. Taken from the file's name where it is missing."""
    question: str
    """The query."""
    evidence: list[str]
    """Ids of the documents that answer it."""
    doc_set: str | None = None
    """Names the set that has its documents."""
    documents: list[Document] = Field(default_factory=list)
    """Its documents, where it brings them itself."""

    @model_validator(mode="after")
    def _has_documents(self) -> Self:
        if not self.documents and self.doc_set is None:
            raise ValueError("a question needs documents or a doc_set")
        return self


class QuestionReading:
    """Makes questions of parsed lines, each with its documents.

    A set is looked for among the lines read so far, then in ``<name>_docs.jsonl`` and
    ``qa_<source>_docs.jsonl`` (or ``.jsonl.gz``) beside the file that asks for it.
    """

    def __init__(self) -> None:
        self._sets: dict[str, list[Document]] = {}
        self._read: set[Path] = set()

    def add_set(self, record: Any, reader: LineReader) -> None:
        """Keeps a set of documents for the questions to come.

        Raises:
            InvalidInputError: It is none; names the line.
        """
        try:
            found = DocumentSet.model_validate(record)
        except ValidationError as error:
            raise reader.problem(first_problem(error), line=reader.line) from error
        self._sets[found.doc_set] = found.documents

    def question(self, record: Any, reader: LineReader) -> Question:
        """A question with its documents.

        Raises:
            InvalidInputError: It is none, or its set is nowhere; names the line.
        """
        try:
            found = Question.model_validate({"source": stem_of(reader).removeprefix("qa_"), **record})
        except ValidationError as error:
            raise reader.problem(first_problem(error), line=reader.line) from error
        if found.documents or found.doc_set is None:
            return found
        if found.doc_set not in self._sets:
            self._look_beside(reader, found.source)
        if found.doc_set not in self._sets:
            names = " or ".join(dict.fromkeys(path.name for path in _beside(reader, found.source)))
            raise reader.problem(f"doc_set {found.doc_set!r} is in no {names} beside it", line=reader.line)
        return found.model_copy(update={"documents": self._sets[found.doc_set]})

    def _look_beside(self, reader: LineReader, source: str) -> None:
        for path in _beside(reader, source):
            if path not in self._read and path.is_file():
                self._read.add(path)
                sets = LineReader(str(path))
                for record in sets.records():
                    self.add_set(record, sets)


def stem_of(reader: LineReader) -> str:
    """The name of a reader's file without its endings."""
    return "stdin" if reader.path == STDIN else Path(reader.path).name.split(".")[0]


def _beside(reader: LineReader, source: str) -> list[Path]:
    folder = Path() if reader.path == STDIN else Path(reader.path).parent
    names = [f"{stem_of(reader)}_docs"]
    if Path(source).name == source:  # a record must not name files elsewhere
        names.append(f"qa_{source}_docs")
    return [folder / f"{name}{ending}" for name in dict.fromkeys(names) for ending in (".jsonl", ".jsonl.gz")]
