"""Target visibility: can what an instruction asks for still be seen in its image."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter
from typing import Any

from agentcompress.errors import BudgetExceededError, MissingDependencyError
from agentcompress.images import RapidReader, opened, read_rows
from agentcompress.messages import OpenAICodec
from agentcompress.tokens import RequestCounter, default_counter, image_formula
from agentcompress.values import Box, Extent, Image, TextReader

from .budgets import EvalBudget, ceiling_of
from .sights import Sight
from .summary import time_figures
from .targets import Target
from .viewers import Viewer, Viewing, viewer_named

IMAGE_MODEL = "claude-3-5-sonnet"
"""A model that prices images by their area."""
_CODEC = OpenAICodec()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one policy made of one target."""

    kept: bool
    """Whether it can be seen."""
    said: bool | None
    """Whether its answer stands in the text shown; None where there is no answer."""
    ratio: float
    """Share of the image tokens that is spent."""
    over: bool
    """Whether it is over the budget."""
    skipped: bool
    """Whether the text alone is."""
    ms: float
    """How long choosing took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLooks:
    """One target, measured."""

    source: str
    """Where it comes from."""
    reader: str | None
    """Name of what read the text in its image."""
    looks: dict[str, Look]
    """Policy → what it made of it."""


class SightTally:
    """One policy on the targets of one source."""

    def __init__(self) -> None:
        self._kept: list[bool] = []
        self._said: list[bool] = []
        self._ratios: list[float] = []
        self._over = 0
        self._skipped = 0
        self.times: list[float] = []

    def add(self, look: Look) -> None:
        """Counts one target."""
        self.times.append(look.ms)
        self._kept.append(look.kept)
        if look.said is not None:
            self._said.append(look.said)
        self._ratios.append(look.ratio)
        self._over += look.over
        self._skipped += look.skipped

    def row(self) -> dict[str, Any]:
        """The figures, means over the targets."""
        return {
            "kept": _mean(self._kept),
            "said": _mean(self._said),
            "kept_ratio": _mean(self._ratios),
            "over_budget": self._over,
            "skipped": self._skipped,
            **time_figures(self.times),
        }


class VisibilityEvaluation:
    """`gui`: instructions on images, and whether their targets can still be seen.

    A record becomes a request: its task, one tool call and result for each older screenshot, the
    instruction, and a call whose result is the image. A place counts as kept where it lies wholly
    inside of what is shown of the image and is at least `LEGIBLE` pixels high there, or where every line of
    text that was read there (by the reader, never by a label) is shown as text.

    The ceiling is of the whole request. A fraction is of the tokens of all its images, rounded down; the
    request's own text (task, instruction, calls) is added to it in full. Text that stands for
    images is paid from that share.

    Args:
        budget: Tokens of the whole request (int); else a share of its image tokens, or a multiple of their
            mean, beside which the text counts.
        policies: Names out of `VIEWER_NAMES`.
        image_model: The model whose formula prices images.
        reader: Reads the text in images; None takes RapidOCR where it is installed.

    Raises:
        ValueError: No policy has one of the names, or the model is of no known family.
    """

    def __init__(
        self,
        *,
        budget: EvalBudget,
        policies: Sequence[str],
        image_model: str = IMAGE_MODEL,
        reader: TextReader | None = None,
    ) -> None:
        self._budget = budget
        self._image_model = image_model
        self._counter = RequestCounter(counter=default_counter(), images=image_formula(image_model))
        self._policies = policies
        for name in policies:
            viewer_named(name, self._counter, None)
        self._reader = reader
        self._read_by: str | None = None
        self._viewers: dict[str, Viewer] | None = None
        self._tallies: dict[str, dict[str, SightTally]] = {}
        self._targets: dict[str, int] = {}

    def measure(self, target: Target) -> Iterator[TargetLooks]:
        """Lets every policy show the image of one target.

        Raises:
            InvalidInputError: Its image cannot be read, or a box lies outside of it; names the line.
        """
        if self._viewers is None:
            self._reader = self._reader or _installed_reader()
            self._viewers = {name: viewer_named(name, self._counter, self._reader) for name in self._policies}
        viewing = self._viewing(target)
        if viewing is None:
            raise target.problem(f"image {target.image[:200]!r} cannot be read")
        if outside := [box for box in target.boxes if not _is_inside(box, viewing.extent)]:
            size = " x ".join(map(str, viewing.extent))
            raise target.problem(f"box {list(outside[0])} lies outside the image of {size}")
        ceiling = ceiling_of(self._budget, viewing.image_tokens)
        if not isinstance(self._budget, int):
            ceiling += viewing.text_tokens
        yield TargetLooks(
            source=target.source,
            reader=self._reader.name if self._reader else None,
            looks={name: _looked(viewing, ceiling, viewer) for name, viewer in self._viewers.items()},
        )

    def count(self, found: TargetLooks) -> None:
        """Counts one target."""
        self._read_by = found.reader
        self._targets[found.source] = self._targets.get(found.source, 0) + 1
        tallies = self._tallies.setdefault(found.source, {name: SightTally() for name in self._policies})
        for name, look in found.looks.items():
            tallies[name].add(look)

    def _viewing(self, target: Target) -> Viewing | None:
        image = Image(url=target.image)
        picture = opened(image)
        if picture is None:
            return None
        messages = _request(target)
        views = [_CODEC.read(message) for message in messages]
        images = [self._counter.image(part.image) for view in views for part in view.parts if part.image]
        return Viewing(
            target=target,
            messages=messages,
            extent=picture.size,
            lines=read_rows(self._reader.lines(image)) if self._reader else (),
            text_tokens=sum(map(self._counter.message, views)) - sum(images),
            image_tokens=images,
        )

    def to_dict(self) -> dict[str, Any]:
        """The figures so far, JSON-ready.

        Returns:
            ``{"image_model", "reader", "sets": {source: {"targets", "policies": {name: row}}}, "macro":
            {"sets", "policies": {name: row}}}``. A row holds `kept` (share of targets that can be seen),
            `said` (of the records with an answer, the share whose answer stands in the text shown: more is
            not better, for what is seen need not be said; null where no record has one), `kept_ratio` (mean
            share of the image tokens that is spent), `over_budget` (targets over the budget), `skipped`
            (whose text alone is over it; these count as not seen), `ms_median` and `ms_p95` per choice,
            reading left out. The macro rows hold means over the sets, sums of `over_budget` and `skipped`,
            and times over all choices.
        """
        sets = {
            source: {
                "targets": count,
                "policies": {name: tally.row() for name, tally in self._tallies[source].items()},
            }
            for source, count in sorted(self._targets.items())
        }
        return {
            "image_model": self._image_model,
            "reader": self._read_by,
            "sets": sets,
            "macro": {
                "sets": len(sets),
                "policies": {
                    name: _macro_row([tallies[name] for tallies in self._tallies.values()])
                    for name in self._policies
                },
            },
        }


def _looked(viewing: Viewing, ceiling: int, viewer: Viewer) -> Look:
    begun = perf_counter()
    skipped = False
    try:
        sight = viewer.show(viewing, ceiling)
    except BudgetExceededError:
        sight = Sight(tokens=viewing.text_tokens)
        skipped = True
    ms = (perf_counter() - begun) * 1000
    target = viewing.target
    return Look(
        kept=sight.answers(target, viewing.extent, viewing.lines),
        said=sight.says(target.answer) if target.answer else None,
        ratio=(sight.tokens - viewing.text_tokens) / max(1, sum(viewing.image_tokens)),
        over=sight.tokens > ceiling,
        skipped=skipped,
        ms=ms,
    )


def _is_inside(box: Box, extent: Extent) -> bool:
    """Whether any of a box lies in an image: one around a click may reach over its edge."""
    return box[0] < extent[0] and box[1] < extent[1] and box[2] > 0 and box[3] > 0


def _macro_row(tallies: Sequence[SightTally]) -> dict[str, Any]:
    rows = [tally.row() for tally in tallies]
    return {
        **{name: _mean([row[name] for row in rows]) for name in ("kept", "said", "kept_ratio")},
        **{name: sum(row[name] for row in rows) for name in ("over_budget", "skipped")},
        **time_figures([ms for tally in tallies for ms in tally.times]),
    }


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return round(fmean(there), 4) if there else None


def _installed_reader() -> TextReader | None:
    try:
        return RapidReader()
    except MissingDependencyError:
        return None


def _request(target: Target) -> list[dict[str, Any]]:
    """The record as an agent would have it: what it saw before, what it is to do, what it sees now."""
    first = target.task or target.instruction
    messages: list[dict[str, Any]] = [{"role": "user", "content": first}]
    for number, url in enumerate(target.history_images):
        messages += _look(number, url)
    if target.task:
        messages.append({"role": "user", "content": target.instruction})
    return messages + _look(len(target.history_images), target.image)


def _look(number: int, url: str) -> list[dict[str, Any]]:
    call = {"id": f"look{number}", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    image = {"type": "image_url", "image_url": {"url": url}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": [image]},
    ]
