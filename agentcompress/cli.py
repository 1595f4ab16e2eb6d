"""The command line: parses arguments, calls the library, prints what comes back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from agentcompress.errors import AgentCompressError, InvalidInputError

if TYPE_CHECKING:
    from rich.table import Table

    from agentcompress.evaluation.replay import Replay
    from agentcompress.evaluation.summary import Summary

BAD_INPUT = 2
INTERRUPTED = 130
NARROWEST = 80

app = typer.Typer(
    name="agentcompress",
    help="A context budget for agents: compress conversations, replay recorded runs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
EncoderName = Annotated[
    str,
    typer.Option(metavar="NAME", help="auto, static, minilm, or the folder of a sentence-transformers model"),
]


def main() -> None:
    """Runs the command line; every error of the user's is one line and exit code 2."""
    # A closed stream is None; whoever closed it wants to hear nothing.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except (AgentCompressError, TyperException) as error:
        message = error.format_message() if isinstance(error, TyperException) else str(error)
        code = _fail(message)
    except BrokenPipeError:
        # Whoever read us has left; the interpreter's own flush at exit must find an open end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        code = _fail(f"{name}{error.strerror or error}")
    sys.exit(code)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"agentcompress {version('agentcompress')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A context budget for agents: compress conversations, replay recorded runs."""


@app.command()
def compress(
    file: Annotated[
        str, typer.Argument(help="OpenAI chat JSON, LangChain messages JSON, or JSONL; - reads stdin.")
    ],
    budget: Annotated[str, typer.Option(metavar="N", help="Tokens of the whole request.")],
    query: Annotated[str | None, typer.Option(help="What the next step is about.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the messages here.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    model: Annotated[
        str | None, typer.Option(help="The model that will read it: how to count. Default: the file's own.")
    ] = None,
    lossless: Annotated[
        bool, typer.Option("--lossless", help="Say tool results in fewer tokens even where there is room.")
    ] = False,
    encoder: EncoderName = "auto",
    as_json: AsJson = False,
) -> None:
    """Make one conversation fit a budget.

    The messages come out in the form they came in: in OUTPUT, or on standard output.
    """
    limit = parse_budget(budget)
    from agentcompress.evaluation.conversation import read_conversation

    _distinct(file, output, report)
    conversation = read_conversation(file)
    from agentcompress.compressor import Compressor
    from agentcompress.tokens import RequestCounter

    name = model or conversation.model
    with _settings():
        counter = RequestCounter.for_model(name, base=Path(file).parent)
        compressor = Compressor(limit, counter=counter, lossless=lossless, encoder=encoder)
    result = compressor.compress(conversation.messages, query=query, tools=conversation.tools)
    if output is not None:
        _write(output, conversation.dumps(result.messages))
    if report is not None:
        from agentcompress.report.html import write_compression_report

        write_compression_report(report, conversation.messages, result)
    if as_json:
        messages = {} if output else {"messages": conversation.plain(result.messages)}
        print(json.dumps({**result.figures(), **messages}, indent=1))
        return
    if output is None:
        sys.stdout.write(conversation.dumps(result.messages))
    from agentcompress.report.table import compression_table

    _print([compression_table(result)], to_stderr=output is None)


@app.command()
def replay(
    data: Annotated[
        list[str], typer.Argument(help="Recorded trajectories, .jsonl or .jsonl.gz; - reads stdin.")
    ],
    budget: Annotated[
        str,
        typer.Option(
            metavar="B", help="Tokens of a request (8000), or the share kept beside the base (0.25)."
        ),
    ],
    policy: Annotated[
        str,
        typer.Option(
            help="agentcompress, lossless, clear-tool-uses, full, last-tokens, random, facility-location, "
            "floor-random, mmr or relevance-only."
        ),
    ] = "agentcompress",
    stateful: Annotated[
        bool | None,
        typer.Option(
            "--stateful/--snapshot",
            help="Every answer in order with one compressor (default for tokens), "
            "or evenly spaced steps, each compressed afresh (default for a share).",
            show_default=False,
        ),
    ] = None,
    max_steps: Annotated[int, typer.Option(help="Snapshots of one trajectory at most.")] = 12,
    prices: Annotated[str, typer.Option(help="anthropic, anthropic-1h, openai or none.")] = "anthropic",
    image_model: Annotated[
        str | None, typer.Option(help="Count images as this model does; else they are free.")
    ] = None,
    dump: Annotated[
        Path | None, typer.Option(help="Write each compressed context here, one JSON line a step.")
    ] = None,
    recall: Annotated[
        bool,
        typer.Option("--recall", help="Ask one question at each step: is what was dropped brought back?"),
    ] = False,
    encoder: EncoderName = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure on recorded runs, without a model, what a policy loses and what it costs."""
    limit = parse_budget(budget)
    in_order = isinstance(limit, int) if stateful is None else stateful
    from agentcompress.evaluation.measure import Measure
    from agentcompress.evaluation.policies import policy_named
    from agentcompress.evaluation.recalling import Recalling
    from agentcompress.evaluation.replay import Replay
    from agentcompress.evaluation.summary import Summary
    from agentcompress.tokens import default_counter, image_formula, price_model

    with _settings():
        images = image_formula(image_model) if image_model else None
        measure = Measure(counter=default_counter(), images=images)
        runner = Replay(
            budget=limit,
            policy=policy_named(policy, stateful=in_order, encoder=encoder, prices=prices),
            stateful=in_order,
            max_steps=max_steps,
            measure=measure,
            recalling=Recalling(measure, encoder) if recall else None,
        )
        summary = Summary(stateful=in_order, prices=price_model(prices))
    _play(runner, data, summary, dump)
    figures = {
        "policy": policy,
        "budget": limit,
        "mode": "stateful" if in_order else "snapshot",
        "prices": prices,
        "image_model": image_model,
        **summary.to_dict(),
    }
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    from agentcompress.report.table import replay_tables

    _print(replay_tables(figures))


@app.command("eval")
def evaluate(
    data: Annotated[
        list[str], typer.Argument(help="Labelled records (qa), .jsonl or .jsonl.gz; - reads stdin.")
    ],
    budget: Annotated[
        str, typer.Option(metavar="B", help="Tokens of the documents shown (1000), or their share (0.25).")
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option(help="agentcompress, bm25, last-tokens or random; may be repeated. Default: all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure on labelled records, without a model, how much of the evidence is kept."""
    limit = parse_budget(budget)
    from agentcompress.evaluation.choosers import CHOOSER_NAMES
    from agentcompress.evaluation.evaluating import Evaluation, RecordReader
    from agentcompress.evaluation.progress import ReadingProgress

    with _settings():
        evaluation = Evaluation(budget=limit, policies=list(dict.fromkeys(policy or CHOOSER_NAMES)))
    progress = ReadingProgress([RecordReader(path) for path in data])
    try:
        with progress:
            for record, reader in progress.items():
                evaluation.add(record, reader)
                progress.say(f"{sum(evaluation.measured.values()):,} records")
    except KeyboardInterrupt:
        print(f"interrupted after {sum(evaluation.measured.values()):,} records", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    figures = {"budget": limit, **evaluation.to_dict()}
    if not any(evaluation.measured.values()):
        raise InvalidInputError("no record to evaluate: only sets of documents", path=", ".join(data))
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    from agentcompress.report.table import recall_table

    _print([recall_table(figures["qa"], limit)])


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, what is missing and how to get it."""
    from dataclasses import asdict

    from agentcompress.doctor import diagnose
    from agentcompress.report.table import checks_table

    checks = diagnose()
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        _print([checks_table(checks)])
    if any(check.status == "fail" for check in checks):
        raise typer.Exit(1)


@app.command()
def demo(
    model: Annotated[
        str | None, typer.Option(metavar="PROVIDER:NAME", help="A real model instead of the scripted one.")
    ] = None,
    report: Annotated[Path, typer.Option(help="Write the HTML report here.")] = Path(
        "agentcompress-demo.html"
    ),
) -> None:
    """Run a real agent on real material, with and without a tight budget."""
    from rich.console import Console

    from agentcompress.demo import run_demo

    raise typer.Exit(run_demo(model, report, Console()))


def parse_budget(text: str) -> int | float:
    """A budget as the user writes it.

    Args:
        text: With a point, a fraction between 0 and 1; else tokens, from 1 to 10⁹.

    Raises:
        TyperException: It is neither.
    """
    from agentcompress.values import checked_limit

    try:
        budget = float(text) if "." in text else int(text)
    except ValueError:
        shown = repr(text[:20])
        raise TyperException(f"budget must be tokens (8000) or a fraction (0.25), got {shown}") from None
    with _settings():
        return checked_limit(budget)


def _play(runner: Replay, data: Sequence[str], summary: Summary, dump: Path | None) -> None:
    from agentcompress.evaluation.dump import Dump
    from agentcompress.evaluation.progress import ReadingProgress
    from agentcompress.evaluation.reading import TrajectoryReader

    progress = ReadingProgress([TrajectoryReader(path) for path in data])
    for path in data:
        _distinct(path, dump)
    done = 0
    try:
        with ExitStack() as stack:
            sink = stack.enter_context(Dump(dump, stateful=runner.stateful)) if dump else None
            stack.enter_context(progress)
            for done, step in enumerate(runner.play(progress.items()), start=1):
                if sink:
                    sink.write(step)
                summary.add(step)
                progress.say(f"{done:,} steps")
    except KeyboardInterrupt:
        kept = f"; {dump} holds {sink.steps:,} whole lines" if dump and sink else ""
        print(f"interrupted after {done:,} steps{kept}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    if not done:
        raise InvalidInputError(
            "no step to replay: snapshots need a tool call after 1,000 tokens, --stateful any answer",
            path=", ".join(data),
        )


def _distinct(source: str, *outputs: Path | None) -> None:
    """Refuses to write over what is read, or one output over another, before any work is done."""
    seen = [Path(source).resolve()]
    for output in filter(None, outputs):
        if output.resolve() in seen and not output.is_char_device():
            raise InvalidInputError("is read or written here already", path=output)
        if not output.resolve().parent.is_dir():
            raise InvalidInputError("No such file or directory", path=output)
        seen.append(output.resolve())


def _write(path: Path, text: str) -> None:
    """Writes a file whole or not at all; a device or pipe is written as it is."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _settings() -> Iterator[None]:
    """Makes a bad setting the user's error; a ValueError from anywhere else is a bug of ours."""
    try:
        yield
    except ValueError as error:
        raise TyperException(str(error)) from None


def _print(tables: Sequence[Table], *, to_stderr: bool = False) -> None:
    from rich.console import Console

    console = Console(stderr=to_stderr)
    if console.width < NARROWEST:
        console = Console(stderr=to_stderr, width=NARROWEST)  # figures that wrap beat figures cut off
    for table in tables:
        console.print(table)


def _fail(message: str) -> int:
    if message:
        print("error:", " ".join(message.split()), file=sys.stderr)
    return BAD_INPUT
