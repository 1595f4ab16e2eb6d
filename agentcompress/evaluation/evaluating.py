"""`eval`: labelled records of any kind, each given to what measures its kind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from pydantic import ValidationError

from .budgets import EvalBudget
from .choosers import CHOOSER_NAMES
from .example_choosers import EXAMPLE_CHOOSER_NAMES
from .example_sets import ExampleSet
from .example_votes import VoteEvaluation
from .lines import LineReader
from .questions import QuestionReading, stem_of
from .reading import first_problem
from .recall import RecallEvaluation
from .viewers import VIEWER_NAMES
from .visibility import IMAGE_MODEL, VisibilityEvaluation


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

    def __init__(self, *, budget: EvalBudget, policies: Sequence[str]) -> None:
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


class ExampleEvaluation:
    """`icl`: sets of labelled examples, and queries to choose them for."""

    def __init__(self, *, budget: EvalBudget, policies: Sequence[str]) -> None:
        self._votes = VoteEvaluation(budget=budget, policies=policies)

    def add(self, record: Mapping[str, Any], reader: LineReader) -> bool:
        """Measures a set."""
        try:
            found = ExampleSet.model_validate({"source": stem_of(reader).removeprefix("icl_"), **record})
        except ValidationError as error:
            raise reader.problem(first_problem(error), line=reader.line) from error
        self._votes.add(found)
        return True

    def to_dict(self) -> dict[str, Any]:
        """What `VoteEvaluation.to_dict` gives."""
        return self._votes.to_dict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of records that can be measured."""

    make: Callable[..., KindEvaluation]
    """Its evaluation, for a budget and policies."""
    policies: tuple[str, ...]
    """Policies that it knows."""


_SHAPES: Sequence[tuple[frozenset[str], str]] = (
    (frozenset({"question", "evidence"}), "qa"),
    (frozenset({"doc_set", "documents"}), "qa"),
    (frozenset({"train", "test"}), "icl"),
    (frozenset({"instruction", "image"}), "gui"),
)
"""Fields by which a kind is known; the first that fits."""
_KINDS: Mapping[str, Kind] = {
    "qa": Kind(make=QuestionEvaluation, policies=CHOOSER_NAMES),
    "icl": Kind(make=ExampleEvaluation, policies=EXAMPLE_CHOOSER_NAMES),
    "gui": Kind(make=VisibilityEvaluation, policies=VIEWER_NAMES),
}
POLICY_NAMES = tuple(dict.fromkeys(chain.from_iterable(kind.policies for kind in _KINDS.values())))
"""The policies of all kinds."""


class Evaluation:
    """Gives each record to the evaluation of its kind.

    Args:
        budget: Tokens, a share of all that is chosen among, or a multiple of the mean.
        policies: Names of the policies to compare; a kind takes those that it knows. None
            takes all.
        image_model: The model whose formula prices the images of gui records; None takes one that
            prices them by area.

    Raises:
        ValueError: No kind knows one of the policies, or the model is of no known family.
    """

    def __init__(
        self,
        *,
        budget: EvalBudget,
        policies: Sequence[str] | None = None,
        image_model: str | None = None,
    ) -> None:
        for name in policies or ():
            if name not in POLICY_NAMES:
                raise ValueError(f"policy {name!r} is none of {', '.join(POLICY_NAMES)}")
        self._policies = {
            name: [policy for policy in policies or kind.policies if policy in kind.policies]
            for name, kind in _KINDS.items()
        }
        more: dict[str, dict[str, Any]] = {"gui": {"image_model": image_model or IMAGE_MODEL}}
        self._kinds = {
            name: kind.make(budget=budget, policies=self._policies[name], **more.get(name, {}))
            for name, kind in _KINDS.items()
        }
        self.measured: dict[str, int] = dict.fromkeys(self._kinds, 0)
        """How many records of each kind were measured."""

    def add(self, record: Mapping[str, Any], reader: LineReader) -> None:
        """Takes one record.

        Raises:
            InvalidInputError: It is of no known kind, of one that none of the policies knows, or not
                what its kind should be; names the line.
        """
        kind = next((name for fields, name in _SHAPES if fields <= record.keys()), None)
        if kind is None:
            raise reader.problem(
                "is no record to evaluate: qa records have question and evidence, icl records train and "
                "test, gui records instruction and image",
                line=reader.line,
            )
        if not self._policies[kind]:
            known = ", ".join(_KINDS[kind].policies)
            raise reader.problem(f"policies for {kind} records are {known}", line=reader.line)
        self.measured[kind] += self._kinds[kind].add(record, reader)

    def to_dict(self) -> dict[str, Any]:
        """The figures of each kind that was met, by its name."""
        return {name: self._kinds[name].to_dict() for name, count in self.measured.items() if count}
