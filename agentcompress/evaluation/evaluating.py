"""`eval`: labelled records of any kind, each given to what measures its kind."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

from pydantic import ValidationError

from .budgets import EvalBudget
from .choosers import CHOOSER_NAMES
from .example_choosers import EXAMPLE_CHOOSER_NAMES
from .example_sets import ExampleSet
from .example_votes import VoteEvaluation
from .lines import LineReader
from .questions import Question, QuestionReading, stem_of
from .reading import first_problem
from .recall import RecallEvaluation
from .targets import Target, read_target
from .viewers import VIEWER_NAMES
from .visibility import IMAGE_MODEL, VisibilityEvaluation

_QUERIES = 256
"""Queries of a set of examples that are measured at once: a worker that gets them gets its examples, too."""


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
    """Reads, measures and counts records of one kind.

    Only measuring takes long. It asks nothing of what was read or counted before, so other processes may
    do it.
    """

    def read(self, record: Mapping[str, Any], reader: LineReader) -> Sequence[Any]:
        """What is to be measured of a record, in parts; nothing where it is material for others.

        Raises:
            InvalidInputError: The record is not what its kind should be; names the line.
        """
        ...

    def measure(self, part: Any) -> Iterator[Any]:
        """What every policy makes of a part.

        Raises:
            InvalidInputError: What the record names is not there; names the line.
        """
        ...

    def count(self, found: Any) -> None:
        """Adds one thing that was measured to the figures."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """The figures so far, JSON-ready."""
        ...


class QuestionEvaluation:
    """`qa`: questions on documents."""

    def __init__(self, *, budget: EvalBudget, policies: Sequence[str]) -> None:
        self._reading = QuestionReading()
        recall = RecallEvaluation(budget=budget, policies=policies)
        self.measure, self.count = recall.measure, recall.count
        self.to_dict = recall.to_dict

    def read(self, record: Mapping[str, Any], reader: LineReader) -> Sequence[Question]:
        """A question; a set of documents is kept for those to come."""
        if "question" not in record:
            self._reading.add_set(record, reader)
            return []
        return [self._reading.question(record, reader)]


class ExampleEvaluation:
    """`icl`: sets of labelled examples, and queries to choose them for."""

    def __init__(self, *, budget: EvalBudget, policies: Sequence[str]) -> None:
        votes = VoteEvaluation(budget=budget, policies=policies)
        self.measure, self.count = votes.measure, votes.count
        self.to_dict = votes.to_dict

    def read(self, record: Mapping[str, Any], reader: LineReader) -> Sequence[ExampleSet]:
        """A set, some of its queries at a time."""
        try:
            found = ExampleSet.model_validate({"source": stem_of(reader).removeprefix("icl_"), **record})
        except ValidationError as error:
            raise reader.problem(first_problem(error), line=reader.line) from error
        starts = range(0, len(found.test), _QUERIES)
        return [found.model_copy(update={"test": found.test[at : at + _QUERIES]}) for at in starts]


class ImageEvaluation:
    """`gui`: instructions on images."""

    def __init__(self, *, budget: EvalBudget, policies: Sequence[str], image_model: str) -> None:
        visibility = VisibilityEvaluation(budget=budget, policies=policies, image_model=image_model)
        self.measure, self.count = visibility.measure, visibility.count
        self.to_dict = visibility.to_dict

    def read(self, record: Mapping[str, Any], reader: LineReader) -> Sequence[Target]:
        """A target."""
        return [read_target(record, reader)]


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
    "gui": Kind(make=ImageEvaluation, policies=VIEWER_NAMES),
}
POLICY_NAMES = tuple(dict.fromkeys(chain.from_iterable(kind.policies for kind in _KINDS.values())))
"""The policies of all kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPart:
    """A part of a record, to be measured on its own."""

    kind: str
    """Of the record."""
    content: Any
    """What its kind reads of it."""
    last: bool
    """Whether it is the record's last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One thing that was measured."""

    kind: str
    """Of the record."""
    found: Any
    """What its kind counts; None says that a record is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSettings:
    """What an evaluation is made from; other processes make one of their own by it."""

    budget: EvalBudget
    """Tokens, a share of all that is chosen among, or a multiple of the mean."""
    policies: tuple[str, ...] = ()
    """The policies to compare; a kind takes those that it knows. None named are all."""
    image_model: str | None = None
    """The model whose formula prices the images of gui records; None takes one that prices them by area."""

    def measure(self, part: RecordPart) -> Iterator[Measured]:
        """What every policy makes of a part of a record.

        Raises:
            InvalidInputError: What the record names is not there; names the line.
        """
        for found in _evaluation(self).kinds[part.kind].measure(part.content):
            yield Measured(kind=part.kind, found=found)
        if part.last:
            yield Measured(kind=part.kind, found=None)


class Evaluation:
    """Reads records and counts what was measured of them, each by its kind.

    Args:
        settings: Budget and policies.

    Attributes:
        kinds: The evaluation of each kind, by its name.

    Raises:
        ValueError: No kind knows one of the policies, or the model is of no known family.
    """

    def __init__(self, settings: EvalSettings) -> None:
        for name in settings.policies:
            if name not in POLICY_NAMES:
                raise ValueError(f"policy {name!r} is none of {', '.join(POLICY_NAMES)}")
        self._policies = {
            name: [policy for policy in settings.policies or kind.policies if policy in kind.policies]
            for name, kind in _KINDS.items()
        }
        more: dict[str, dict[str, Any]] = {"gui": {"image_model": settings.image_model or IMAGE_MODEL}}
        self.kinds: dict[str, KindEvaluation] = {
            name: kind.make(budget=settings.budget, policies=self._policies[name], **more.get(name, {}))
            for name, kind in _KINDS.items()
        }
        self.measured: dict[str, int] = dict.fromkeys(self.kinds, 0)
        """How many records of each kind were measured."""

    def parts(self, records: Iterable[tuple[Mapping[str, Any], LineReader]]) -> Iterator[RecordPart]:
        """All that is to be measured of records, as they are read.

        Raises:
            InvalidInputError: It is of no known kind, of one that none of the policies knows, or not
                what its kind should be; names the line.
        """
        for record, reader in records:
            kind = self._kind(record, reader)
            contents = self.kinds[kind].read(record, reader)
            for number, content in enumerate(contents, start=1):
                yield RecordPart(kind=kind, content=content, last=number == len(contents))

    def count(self, measured: Measured) -> None:
        """Adds one thing to the figures."""
        if measured.found is None:
            self.measured[measured.kind] += 1
        else:
            self.kinds[measured.kind].count(measured.found)

    def _kind(self, record: Mapping[str, Any], reader: LineReader) -> str:
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
        return kind

    def to_dict(self) -> dict[str, Any]:
        """The figures of each kind that was met, by its name."""
        return {name: self.kinds[name].to_dict() for name, count in self.measured.items() if count}


@lru_cache(maxsize=1)
def _evaluation(settings: EvalSettings) -> Evaluation:
    return Evaluation(settings)
