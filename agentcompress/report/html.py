"""One compressed conversation → its report."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentcompress.messages import codec_for
from agentcompress.tokens import RequestCounter
from agentcompress.values import CompressionResult, Reason, TextReader

from .growing import GrowingReport
from .page import write_report
from .run import RunReport


def write_compression_report(
    path: Path,
    originals: Sequence[Any],
    result: CompressionResult,
    *,
    reasons: Sequence[Reason] = (),
    counter: RequestCounter | None = None,
    text_reader: TextReader | None = None,
) -> None:
    """Writes the report of one compressed conversation.

    Args:
        path: The HTML file; overwritten.
        originals: As in `compression_report`, like all that follows.
        result: What came of them.
        reasons: Why, as `Compressor.explain` tells it.
        counter: Counts single messages and images.
        text_reader: The one that read the text in images.

    Raises:
        ValueError: The result is not that of these messages.
    """
    report = compression_report(originals, result, reasons=reasons, counter=counter, text_reader=text_reader)
    write_report(report, path)


def compression_report(
    originals: Sequence[Any],
    result: CompressionResult,
    *,
    reasons: Sequence[Reason] = (),
    counter: RequestCounter | None = None,
    text_reader: TextReader | None = None,
) -> RunReport:
    """One compression as a run of a single request.

    Args:
        originals: The messages before compression, LangChain's or OpenAI dictionaries.
        result: What came of them.
        reasons: Why, as `Compressor.explain` tells it; without, the report says what left and not why.
        counter: Counts single messages and images; None counts plain tokens.
        text_reader: The one that read the text in images; it tells where the lines of it stand.

    Raises:
        ValueError: The result is not that of these messages.
    """
    codec = codec_for(originals)
    growing = GrowingReport(counter or RequestCounter.for_model(None), text_reader)
    growing.add(
        list(map(codec.read, originals)),
        list(map(codec.read, result.messages)),
        result.plan,
        action="compress",
        ceiling=result.ceiling,
        schemas=result.breakdown.get("tool schemas", 0),
        milliseconds=result.milliseconds,
        evicted=result.evicted,
        reasons=reasons,
    )
    notes = []
    if result.certificate is not None:
        notes.append(("value of the choice", f"at least {result.certificate:.0%} of the best possible"))
    return growing.report("One conversation, compressed", notes)
