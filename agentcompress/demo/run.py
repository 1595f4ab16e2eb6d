"""The demo: the same task twice, a table, a report."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from agentcompress.compressor import Compressor
from agentcompress.errors import AgentCompressError, InvalidInputError, MissingDependencyError
from agentcompress.integration import ContextCompressionMiddleware
from agentcompress.report.page import write_report
from agentcompress.report.run import RunReport, StepReport
from agentcompress.tokens import UNKNOWN, RequestCounter
from agentcompress.values import Budget, CompressionResult

from .measured import Measure
from .meter import Call
from .play import Run, play
from .scripted_model import ScriptedModel
from .tables import steps_table, totals_table
from .task import SUBJECTS

SHARE = 0.25
"""Ceiling of the second run, as a share of the largest request of the first."""


def run(model: str | None, report: Path, console: Console) -> int:
    """Runs the same task uncompressed and under a ceiling; see `agentcompress.demo.run_demo`."""
    if report.is_dir() or not report.parent.is_dir():
        raise InvalidInputError("is no place where a report can be written", path=report)
    chat = _chat_model(model)
    measure = Measure(counter=RequestCounter.for_model(model or UNKNOWN))
    results: list[CompressionResult] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console) as progress:
            plain = _play(chat, progress, "1/2 uncompressed")
            ceiling = int(SHARE * measure.peak(plain.calls))
            compression = ContextCompressionMiddleware[None, Any](
                ceiling, model=model, on_compression=results.append
            )
            tight = _play(chat, progress, f"2/2 at most {ceiling:,} tokens", compression)
    except Exception as error:
        if model is None:
            raise
        # A provider's library raises what it likes: no key, no quota, no network.
        raise AgentCompressError(f"{model} failed: {_first_line(error)}") from error
    explaining = Compressor(Budget.for_long_run(ceiling), model=model or UNKNOWN, image_files=False)
    plain_steps, steps = measure.steps(plain.calls), measure.steps(tight.calls, results, explaining)
    console.print(steps_table(steps))
    console.print(totals_table({"uncompressed": (plain, plain_steps), "compressed": (tight, steps)}))
    for name, played in (("uncompressed", plain), ("compressed", tight)):
        console.print(f"{name}: {played.verdict}", markup=False)
    write_report(_report(plain, plain_steps, tight, steps), report)
    console.print(f"report: {report}", markup=False, soft_wrap=True)
    return 0 if plain.solved and tight.solved else 1


def _chat_model(name: str | None) -> BaseChatModel:
    if name is None:
        return ScriptedModel()
    try:
        chat: BaseChatModel = init_chat_model(name)
    except Exception as error:
        raise MissingDependencyError(f"cannot use the model {name!r}: {_first_line(error)}") from error
    return chat


def _play(
    chat: BaseChatModel, progress: Progress, title: str, *middleware: AgentMiddleware[Any, Any, Any]
) -> Run:
    task = progress.add_task(title)

    def show(call: Call) -> None:
        progress.update(task, description=f"{title}: {call.action}"[: progress.console.width - 12])

    played = play(chat, SUBJECTS, show, *middleware)
    progress.update(task, description=f"{title}: {len(played.calls)} calls", total=1, completed=1)
    return played


def _report(
    plain: Run, plain_steps: Sequence[StepReport], tight: Run, steps: Sequence[StepReport]
) -> RunReport:
    notes = []
    for name, played, taken in (("uncompressed", plain, plain_steps), ("compressed", tight, steps)):
        sent = sum(step.after for step in taken)
        notes += [
            (f"{name} run", played.verdict),
            (f"{name} run sent", f"{sent:,} tokens in {len(played.calls)} calls"),
            (f"{name} run, largest request", f"{max((step.after for step in taken), default=0):,} tokens"),
        ]
    return RunReport(title="One task, a quarter of the context", steps=steps, notes=notes)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
