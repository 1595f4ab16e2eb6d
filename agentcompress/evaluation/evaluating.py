"""`eval`: labelled records of any kind, each given to what measures its kind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from .lines import LineReader
from .questions import QuestionReading
from .recall import RecallEvaluation


class RecordReader(LineReader):
    """The records of one ``.jsonl`` or ``.jsonl.gz`` file, or of standard input, with their reader."""

    def __iter__(self) -> Iterator[tuple[Mapping[str, Any], LineReader]]:
        """Every record, and this reader, which knows the record's line.

        Raises:
            InvalidInputError: A line holds no JSON object; names the line.
        """
        for record in self.records():
            if not isinstance(record, dict):
                raise self.problem("a record must be an object", line=self.line)
            yield record, self


class KindEvaluation(Protocol):
    """Measures records of one kind."""

    def add(self, record: Mapping[str, Any], reader: LineReader) -> bool:
        """Takes one record; returns whether it was one to measure, not material for others.

        Raises:
            InvalidInputError: The record is not what its kind should be; names the line.
        """
        ...

    def to_dict(self) -> dict[str, Any]:
        """The figures so far, JSON-ready."""
        ...


class QuestionEvaluation:
    """`qa`: questions on documents."""

    def __init__(self, *, budget: int | float, policies: Sequence[str]) -> None:
        self._reading = QuestionReading()
        self._recall = RecallEvaluation(budget=budget, policies=policies)

    def add(self, record: Mapping[str, Any], reader: LineReader) -> bool:
        """Measures a question; keeps a set of documents."""
        if "question" not in record:
            self._reading.add_set(record, reader)
            return False
        self._recall.add(self._reading.question(record, reader))
        return True

    def to_dict(self) -> dict[str, Any]:
        """What `RecallEvaluation.to_dict` gives."""
        return self._recall.to_dict()


_SHAPES: Sequence[tuple[frozenset[str], str]] = (
    (frozenset({"question", "evidence"}), "qa"),
    (frozenset({"doc_set", "documents"}), "qa"),
    (frozenset({"train", "test"}), "icl"),
    (frozenset({"instruction", "image"}), "gui"),
)
"""Fields by which a kind is known; the first that fits."""
_KINDS: Mapping[str, Callable[..., KindEvaluation]] = {"qa": QuestionEvaluation}


class Evaluation:
    """Gives each record to the evaluation of its kind.

    Args:
        budget: Tokens (int) or a fraction (float in (0, 1)).
        policies: Names of the policies to compare.

    Raises:
        ValueError: A policy is not known.
    """

    def __init__(self, *, budget: int | float, policies: Sequence[str]) -> None:
        self._kinds = {name: make(budget=budget, policies=policies) for name, make in _KINDS.items()}
        self.measured: dict[str, int] = dict.fromkeys(self._kinds, 0)
        """How many records of each kind were measured."""

    def add(self, record: Mapping[str, Any], reader: LineReader) -> None:
        """Takes one record.

        Raises:
            InvalidInputError: It is of no known kind, of one that cannot be measured yet, or
                not what its kind should be; names the line.
        """
        kind = next((name for fields, name in _SHAPES if fields <= record.keys()), None)
        if kind is None:
            raise reader.problem(
                "is no record to evaluate: qa records have question and evidence", line=reader.line
            )
        if kind not in self._kinds:
            raise reader.problem(f"evaluation of {kind} records is not there yet", line=reader.line)
        self.measured[kind] += self._kinds[kind].add(record, reader)

    def to_dict(self) -> dict[str, Any]:
        """The figures of each kind that was met, by its name."""
        return {name: self._kinds[name].to_dict() for name, count in self.measured.items() if count}
