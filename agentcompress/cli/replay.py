"""`agentcompress replay`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentcompress.errors import InvalidInputError

from .options import AsJson, EncoderName, check_distinct, parse_budget, settings
from .printing import interrupted, print_tables

if TYPE_CHECKING:
    from agentcompress.evaluation.replay import Replay
    from agentcompress.evaluation.summary import Summary


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
    recall: Annotated[
        bool,
        typer.Option(
            "--recall",
            help="Where a prompt lacks atoms of the next call that tools alone gave, ask one question, made "
            "of the agent's own words at that step: which share of them does an answer of 1,500 tokens show?",
        ),
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

    with settings():
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

    print_tables(replay_tables(figures))


def _play(runner: Replay, data: Sequence[str], summary: Summary, dump: Path | None) -> None:
    from agentcompress.evaluation.dump import Dump
    from agentcompress.evaluation.progress import ReadingProgress
    from agentcompress.evaluation.reading import TrajectoryReader

    progress = ReadingProgress([TrajectoryReader(path) for path in data])
    for path in data:
        check_distinct(path, dump)
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
        raise interrupted(f"after {done:,} steps{kept}") from None
    if not done:
        raise InvalidInputError(
            "no step to replay: snapshots need a tool call after 1,000 tokens, --stateful any answer",
            path=", ".join(data),
        )
