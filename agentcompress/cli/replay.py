"""`agentcompress replay`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentcompress.errors import InvalidInputError

from .options import AsJson, EncoderName, Jobs, RayAddress, check_distinct, parse_budget, settings
from .printing import interrupted, print_tables

if TYPE_CHECKING:
    from agentcompress.evaluation.playing import ReplaySettings
    from agentcompress.evaluation.reading import Trajectory
    from agentcompress.evaluation.replay import Step
    from agentcompress.evaluation.summary import Summary
    from agentcompress.mappers import Finds, Mapper
    from agentcompress.report.run import RunReport


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
            help="agentcompress, learned, lossless, clear-tool-uses, full, last-tokens, random, "
            "facility-location, floor-random, mmr, relevance-only, or a file that `train` wrote."
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
    report: Annotated[
        Path | None,
        typer.Option(help="Write an HTML report here: what became of every message, and why. Takes longer."),
    ] = None,
    recall: Annotated[
        bool,
        typer.Option(
            "--recall",
            help="Where a prompt lacks atoms of the next call that tools alone gave, ask one question, made "
            "of the agent's own words at that step: which share of them does an answer of 1,500 tokens show?",
        ),
    ] = False,
    encoder: EncoderName = "auto",
    jobs: Jobs = 1,
    ray: RayAddress = None,
    as_json: AsJson = False,
) -> None:
    """Measure on recorded runs, without a model, what a policy loses and what it costs."""
    limit = parse_budget(budget)
    in_order = isinstance(limit, int) if stateful is None else stateful
    from agentcompress.evaluation.playing import ReplaySettings
    from agentcompress.evaluation.policies import PLANLESS
    from agentcompress.evaluation.summary import Summary
    from agentcompress.mappers import mapper_for
    from agentcompress.tokens import price_model

    with settings():
        replayed = ReplaySettings(
            budget=limit,
            policy=policy,
            stateful=in_order,
            max_steps=max_steps,
            prices=prices,
            image_model=image_model,
            encoder=encoder,
            recall=recall,
        )
        replayed.replay()  # So that what is wrong with them is said at once.
        if report and policy in PLANLESS:
            raise ValueError(f"policy {policy!r} makes no plan that a report could show")
        summary = Summary(stateful=in_order, prices=price_model(prices))
        mapper = mapper_for(jobs, ray)
    check_distinct(data, dump, report)
    interrupt = _play(replayed, data, mapper, summary, dump, report)
    figures = {
        "policy": policy,
        "budget": limit,
        "mode": "stateful" if in_order else "snapshot",
        "prices": prices,
        "image_model": image_model,
        **summary.to_dict(),
    }
    if as_json and not interrupt:  # A program would take unfinished figures for whole.
        print(json.dumps(figures, indent=1))
    if not as_json and figures["macro"]["steps"]:
        from agentcompress.report.table import replay_tables

        print_tables(replay_tables(figures))
    if interrupt:
        raise interrupt


def _play(
    replayed: ReplaySettings,
    data: Sequence[str],
    mapper: Mapper,
    summary: Summary,
    dump: Path | None,
    report: Path | None,
) -> typer.Exit | None:
    """Plays all runs into the summary; what to raise where it was interrupted."""
    from agentcompress.evaluation.dump import Dump
    from agentcompress.evaluation.progress import ReadingProgress
    from agentcompress.evaluation.reading import TrajectoryReader
    from agentcompress.evaluation.replay import Step

    progress = ReadingProgress([TrajectoryReader(path) for path in data])
    play: Finds[Trajectory, Step | RunReport] = replayed.play
    page = None
    if report:
        from agentcompress.report.page import RunPage
        from agentcompress.report.replayed import ReportedReplay

        play = ReportedReplay(settings=replayed).play
        page = RunPage("A replay, step by step" if replayed.stateful else "Snapshots of recorded runs")
    done = 0
    try:
        with ExitStack() as stack:
            # An older dump is left alone where the workers cannot start.
            played = stack.enter_context(mapper).flat_map(play, progress.items())
            sink = stack.enter_context(Dump(dump, stateful=replayed.stateful)) if dump else None
            stack.enter_context(progress)
            for item in played:
                if isinstance(item, Step):
                    done += 1
                    if sink:
                        sink.write(item)
                    summary.add(item)
                    progress.say(f"{done:,} steps")
                elif page:
                    page.add(item)
    except KeyboardInterrupt:
        kept = f"; {dump} holds {sink.steps:,} whole lines" if dump and sink else ""
        if report and page and page.runs:
            page.write(report)
            kept += f"; {report} shows {page.runs:,} of the runs"
        return interrupted(f"after {done:,} steps{kept}")
    if not done:
        raise InvalidInputError(
            "no step to replay: snapshots need a tool call after 1,000 tokens, --stateful any answer",
            path=", ".join(data),
        )
    if report and page:
        page.write(report)
    return None
