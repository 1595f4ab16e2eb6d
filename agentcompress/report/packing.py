"""A run → data that a page carries: each text once, each request as what changed since the one before."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from agentcompress.images import Thumbnail
from agentcompress.values import Reason

from .run import FrameView, MessageView, RunReport, Span, SpanKind, State, StepReport

_KINDS = get_args(SpanKind)
_STATES = get_args(State)
_PICTURE_CHARACTERS = 3_000_000
"""Of the thumbnails of a run; the newest come first."""
_CLIPS = (None, 40_000, 10_000, 2_500, 600, 150)
"""Characters of one text at most, tried in turn until a run is small enough."""


def packed(report: RunReport, most: int) -> bytes:
    """The run as gzipped JSON.

    Args:
        report: The run.
        most: Bytes that it should not exceed; long texts lose their middle for it.
    """
    data = b""
    for clip in _CLIPS:
        made = json.dumps(_Packing(clip).run(report), separators=(",", ":"))
        data = gzip.compress(made.encode("ascii"), mtime=0)
        if len(data) <= most:
            break
    return data


class _Packing:
    """Numbers what a run repeats."""

    def __init__(self, clip: int | None) -> None:
        self._clip = clip
        self._texts: dict[str, int] = {}
        self._reasons: dict[tuple[Any, ...], int] = {}
        self._pictures: dict[Thumbnail, int] = {}
        self._views: list[list[Any]] = []
        self._numbers: dict[int, int] = {}
        self._categories: dict[str, int] = {}

    def run(self, report: RunReport) -> dict[str, Any]:
        """Everything the page shows of a run."""
        steps, before = [], list[int]()
        for step in report.steps:
            views = list(map(self._view, step.messages))
            steps.append(self._step(step, before, views))
            before = views
        held = self._taken(report.steps[-1].held) if report.steps else []
        return {
            "title": report.title,
            "notes": list(report.notes),
            "steps": steps,
            "held": held,
            "categories": list(self._categories),
            "views": self._views,
            "texts": [_clipped(text, self._clip) for text in self._texts],
            "reasons": list(self._reasons),
            "pictures": self._drawn(),
            "clip": self._clip,
        }

    def _step(self, step: StepReport, before: Sequence[int], views: Sequence[int]) -> list[Any]:
        figures = [step.action, step.ceiling, step.before, step.after, step.cache_kept]
        figures += [round(step.milliseconds, 1), int(step.evicted)]
        events = [[event.kind, event.text] for event in step.events]
        return [*figures, self._taken(step.sent), events, *_changes(before, views)]

    def _taken(self, taken: Mapping[str, int]) -> list[int]:
        for name in taken:
            self._categories.setdefault(name, len(self._categories))
        return [taken.get(name, 0) for name in self._categories]

    def _view(self, view: MessageView) -> int:
        number = self._numbers.get(id(view))
        if number is None:
            number = self._numbers[id(view)] = len(self._views)
            original = "".join(span.text for span in view.spans if span.kind != "added")
            self._views.append(
                [
                    view.role,
                    view.label,
                    _STATES.index(view.state),
                    view.tokens_before,
                    view.tokens_after,
                    self._texts.setdefault(original, len(self._texts)),
                    list(map(self._span, view.spans)),
                    list(map(self._frame, view.frames)),
                ]
            )
        return number

    def _span(self, span: Span) -> list[Any]:
        kind = _KINDS.index(span.kind)
        if span.kind == "added":
            return [kind, self._texts.setdefault(span.text, len(self._texts))]
        length = units(span.text)
        return [kind, length] if span.reason is None else [kind, length, self._reason(span.reason)]

    def _reason(self, reason: Reason) -> int:
        score = None if reason.score is None else round(reason.score, 2)
        said = (reason.why, reason.kind, reason.tokens, score, reason.shown)
        return self._reasons.setdefault(said, len(self._reasons))

    def _frame(self, frame: FrameView) -> list[Any]:
        picture = frame.thumbnail
        number = None if picture is None else self._pictures.setdefault(picture, len(self._pictures))
        why = [] if frame.reason is None else [self._reason(frame.reason)]
        return [frame.fate, number, frame.kept, *why]

    def _drawn(self) -> list[list[Any]]:
        """The thumbnails; those too old to have room without their pixels."""
        room = _PICTURE_CHARACTERS
        drawn: list[list[Any]] = []
        for picture in reversed(self._pictures):
            room -= len(picture.url)
            drawn.append([picture.url if room >= 0 else "", *picture.size, *picture.extent])
        return drawn[::-1]


def units(text: str) -> int:
    """How long a text is where a browser counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _clipped(text: str, clip: int | None) -> str | list[Any]:
    """A text, or where it is too long its beginning, its end, and its length."""
    if clip is None or len(text) <= clip:
        return text
    tail = clip // 3
    return [text[: clip - tail], text[-tail:], units(text)]


def _changes(before: Sequence[int], after: Sequence[int]) -> tuple[int, list[int]]:
    """How many views stay at the start, and the first and last number of each run of those that follow."""
    keep = next(
        (place for place, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )
    return keep, list(_runs(after[keep:]))


def _runs(numbers: Sequence[int]) -> Iterator[int]:
    for place, number in enumerate(numbers):
        if place == 0 or number != numbers[place - 1] + 1:
            yield number
        if place == len(numbers) - 1 or number + 1 != numbers[place + 1]:
            yield number
