"""Distil: what would go of large old tool outputs is summed up by a chat model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from agentcompress.values import Context, Pin, Rendition, Scores, Segment, Selection, Strategy, atoms_of

from .narrowing import traced
from .repeats import outputs
from .stage import StageStrategy
from .summarizer import Summarizer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_GONE = 0.5
"""Share of an output's tokens that must be hidden for it to be summed up."""
_PER_CHARACTER = 0.25
"""Tokens that a character of a summary is taken to cost at least, whatever its output costs."""
_TEXTLESS = frozenset({"image", "reasoning", "other"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Summary:
    """A summary as one more segment behind those that it is of."""

    source: range
    segment: Segment
    score: float


@dataclass(frozen=True, slots=True)
class DistillStrategy(StageStrategy):
    """Lets summaries of large old tool outputs compete with what the outputs say word for word.

    The stages behind it choose; a chat model is asked once for a summary of what would
    lose most; they choose again with the summaries there. A summary counts for the
    identifiers, paths and numbers it has from its output and no more; one that makes
    any up is not used. A model that fails or is late costs a logged warning, never the request.

    Raises:
        ValueError: A number is out of range, or `model` names no known provider.
        ImportError: The provider's package is not installed.
    """

    model: "BaseChatModel | str"
    """Writes the summaries: a LangChain chat model, or "provider:name"."""
    size: int = 200
    """Tokens a summary is asked to have at most."""
    least: int = 1_000
    """Tokens from which on an output is large."""
    most: int = 8
    """Outputs summed up in one choice at most, in calls side by side."""
    timeout: float = 30.0
    """Seconds that one choice waits for all its summaries; what is late is not used later either."""
    _summarizer: Summarizer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("size", "least", "most"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not self.timeout > 0:
            raise ValueError(f"timeout must be above 0, got {self.timeout}")
        model = self.model
        if isinstance(model, str):
            from langchain.chat_models import init_chat_model

            model = init_chat_model(model)
            object.__setattr__(self, "model", model)
        object.__setattr__(self, "_summarizer", Summarizer(model, self.size, self.timeout))

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        """What to show so that its estimated cost stays within the budget, in tokens."""
        selection = self.rest.select(context, scores, budget)
        losing = sorted(self._losing(context, scores, selection), key=lambda loss: (-loss[0], loss[1].start))
        sources = sorted((source for _, source in losing[: self.most]), key=lambda source: source.start)
        texts = ["".join(_text(context.segments[index]) for index in source) for source in sources]
        summaries = [
            _summary(context, scores, source, text, said)
            for source, text, said in zip(sources, texts, self._summarizer.summaries(texts), strict=True)
            if said is not None
        ]
        return _select_with(summaries, self.rest, context, scores, budget) if summaries else selection

    def _losing(
        self, context: Context, scores: Scores, selection: Selection
    ) -> Iterator[tuple[float, range]]:
        """Large old outputs of which most would be gone: what that is worth, and their segments."""
        tokens = np.array([segment.tokens for segment in context.segments])
        hidden = tokens.copy()
        hidden[list(selection.repeated)] = 0
        for index, form in selection.renditions.items():
            if int(context.group_of[index]) in selection.groups:
                hidden[index] -= context.segments[index].renditions[form].tokens
        for output in outputs(context):
            of_output = slice(output.start, output.stop)
            whole, gone = tokens[of_output].sum(), hidden[of_output].sum()
            if whole >= self.least and gone > _GONE * whole and _is_old_text(context, output):
                yield round(float(scores[of_output] @ hidden[of_output]), 3), output


def _is_old_text(context: Context, output: range) -> bool:
    """Whether an output is not pinned, and one text."""
    segments = [context.segments[index] for index in output]
    return (
        context.groups[int(context.group_of[output.start])].pin is Pin.NONE
        and len({segment.part for segment in segments}) == 1
        and _TEXTLESS.isdisjoint(segment.kind for segment in segments)
    )


def _text(segment: Segment) -> str:
    """A segment as it stands, or its content on a line where what is around it is written anew."""
    return segment.text if len(segment.text) == segment.end - segment.start else segment.text + "\n"


def _summary(context: Context, scores: Scores, source: range, text: str, said: str) -> _Summary:
    """What is said of an output, worth what its atoms are worth there; made-up ones count nothing."""
    best: dict[str, float] = {}
    for index in source:
        for atom in context.segments[index].atoms:
            best[atom] = max(best.get(atom, 0.0), float(scores[index]))
    atoms = tuple(atom for atom in atoms_of(said) if atom in best)
    tokens = sum(context.segments[index].tokens for index in source)
    last = context.segments[source[-1]]
    segment = Segment(
        part=last.part,
        start=last.end,
        end=last.end,
        text=said,
        tokens=ceil(len(said) * max(tokens / len(text), _PER_CHARACTER)),
        role="tool",
        kind="text",
        atoms=atoms,
    )
    # The least of them, so that the objective counts no atom for more than it did.
    score = min((best[atom] for atom in atoms), default=float(scores[source.start : source.stop].mean()))
    return _Summary(source=source, segment=segment, score=score)


def _select_with(
    summaries: Sequence[_Summary], rest: Strategy, context: Context, scores: Scores, budget: int
) -> Selection:
    """What a strategy shows of a context with summaries, which are in order, behind their outputs."""
    at = [summary.source.stop for summary in summaries]
    last = [end - 1 for end in at]
    # Summaries have numbers below zero: they are no segments of the context.
    origin = np.insert(np.arange(len(context.segments)), at, -1 - np.arange(len(summaries))).tolist()
    extended = replace(
        context,
        segments=[context.segments[i] if i >= 0 else summaries[-1 - i].segment for i in origin],
        message_of=np.insert(context.message_of, at, context.message_of[last]),
        group_of=np.insert(context.group_of, at, context.group_of[last]),
    )
    worth = np.insert(scores, at, [summary.score for summary in summaries])
    selection = rest.select(extended, worth, budget)
    shown = [summaries[-1 - origin[number]] for number in selection.renditions if origin[number] < 0]
    selection = traced(selection, origin)
    forms = (_form(summary, selection) for summary in shown)
    return replace(selection, merged=(*selection.merged, *(form for form in forms if form.covers)))


def _form(summary: _Summary, selection: Selection) -> Rendition:
    """A summary as a rendition of what is hidden of its output."""
    return Rendition(
        name="merged",
        text=summary.segment.text,
        tokens=summary.segment.tokens,
        atoms=summary.segment.atoms,
        covers=tuple(index for index in summary.source if index not in selection.renditions),
    )
