"""A run → one self-contained HTML file, without scripts and without network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from agentcompress.images import Thumbnail
from agentcompress.messages import codec_for
from agentcompress.tokens import RequestCounter
from agentcompress.values import CompressionResult, TextReader

from .chart import HEIGHT, context_chart
from .frames import FrameViews
from .run import MessageView, RunReport, StepReport
from .views import message_views

PREVIEW_CHARACTERS = 240
"""How much of an elided stretch is quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message in a step, or a run of messages that are as they were in the step before."""

    views: Sequence[MessageView]
    """The messages."""
    unchanged: bool
    """Whether they stand as they did in the step before."""

    @property
    def tokens(self) -> int:
        """What they take."""
        return sum(view.tokens_after for view in self.views)


def write_report(report: RunReport, path: Path) -> None:
    """Writes the report of a run.

    Args:
        report: The run.
        path: The HTML file; overwritten.
    """
    environment = Environment(
        loader=PackageLoader("agentcompress.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(share=_share, preview=_preview)
    page = environment.get_template("report.html").render(
        report=report,
        chart=context_chart(report),
        height=HEIGHT,
        rows=list(_rows(report.steps)),
        pictures=_pictures(report.steps),
    )
    # A lone surrogate has no UTF-8; a browser shows its character reference as U+FFFD.
    path.write_bytes(page.encode("utf-8", "xmlcharrefreplace"))


def write_compression_report(
    path: Path,
    originals: Sequence[Any],
    result: CompressionResult,
    *,
    counter: RequestCounter | None = None,
    text_reader: TextReader | None = None,
) -> None:
    """Writes the report of one compressed conversation.

    Args:
        path: The HTML file; overwritten.
        originals: As in `compression_report`, like all that follows.
        result: What came of them.
        counter: Counts single messages and images.
        text_reader: The one that read the text in images.

    Raises:
        ValueError: The result is not that of these messages.
    """
    write_report(compression_report(originals, result, counter=counter, text_reader=text_reader), path)


def compression_report(
    originals: Sequence[Any],
    result: CompressionResult,
    *,
    counter: RequestCounter | None = None,
    text_reader: TextReader | None = None,
) -> RunReport:
    """One compression as a run of a single request.

    Args:
        originals: The messages before compression, LangChain's or OpenAI dictionaries.
        result: What came of them.
        counter: Counts single messages and images; None counts plain tokens.
        text_reader: The one that read the text in images; it tells where the lines of it stand.

    Raises:
        ValueError: The result is not that of these messages.
    """
    codec = codec_for(originals)
    counter = counter or RequestCounter.for_model(None)
    step = StepReport(
        action="compress",
        before=result.tokens_before,
        after=result.tokens_after,
        cache_kept=0,
        milliseconds=0.0,
        evicted=result.evicted,
        messages=message_views(
            list(map(codec.read, originals)),
            list(map(codec.read, result.messages)),
            result.plan,
            cost=counter.message,
            frames=FrameViews(counter, text_reader),
        ),
    )
    notes = [(name, f"{tokens:,} tokens") for name, tokens in result.breakdown.items() if tokens]
    if result.certificate is not None:
        notes.append(("value of the choice", f"at least {result.certificate:.0%} of the best possible"))
    return RunReport(title="One conversation, compressed", ceiling=result.ceiling, steps=[step], notes=notes)


def _pictures(steps: Sequence[StepReport]) -> dict[Thumbnail, int]:
    """Each thumbnail once, with a number: the steps point to it."""
    views = (view for step in steps for view in step.messages)
    seen = dict.fromkeys(frame.thumbnail for view in views for frame in view.frames if frame.thumbnail)
    return {picture: number for number, picture in enumerate(seen, start=1)}


def _rows(steps: Sequence[StepReport]) -> Iterator[list[Row]]:
    """For each step its messages; those that stand as before are taken together, save in the last step."""
    before: frozenset[MessageView] = frozenset()
    for number, step in enumerate(steps, start=1):
        yield list(_step_rows(step.messages, before if number < len(steps) else frozenset()))
        before = frozenset(step.messages)


def _step_rows(messages: Sequence[MessageView], before: frozenset[MessageView]) -> Iterator[Row]:
    for unchanged, views in groupby(messages, before.__contains__):
        if unchanged:
            yield Row(views=list(views), unchanged=True)
        else:
            yield from (Row(views=[view], unchanged=False) for view in views)


def _share(value: float) -> str:
    return f"{value:.0%}"


def _preview(text: str) -> str:
    """The beginning of an elided stretch, on one line."""
    line = " ".join(text[: 2 * PREVIEW_CHARACTERS].split())
    return line if len(line) < PREVIEW_CHARACTERS else line[: PREVIEW_CHARACTERS - 1] + "…"
