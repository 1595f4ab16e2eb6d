"""`agentcompress train`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentcompress.errors import InvalidInputError
from agentcompress.files import whole_file

from .options import AsJson, EncoderName, Jobs, RayAddress, check_distinct, settings
from .printing import interrupted, print_tables, waiting

if TYPE_CHECKING:
    from agentcompress.evaluation.replay import Step
    from agentcompress.mappers import Mapper
    from agentcompress.training.gathering import Gathered, LookSettings
    from agentcompress.training.kept import KeptExamples
    from agentcompress.training.leaving import LeftOut


def train(
    data: Annotated[
        list[str],
        typer.Argument(
            help="Recorded runs, .jsonl or .jsonl.gz: trajectories as for replay, runs exported from "
            "LangSmith, or one conversation a file as for compress."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the weights here.")],
    max_steps: Annotated[int, typer.Option(help="Contexts of one run that are looked at.")] = 6,
    seed: Annotated[
        int, typer.Option(min=0, help="Draws what is held out, and which atoms stand for others.")
    ] = 0,
    pull: Annotated[
        float, typer.Option(help="How firmly weights are held near the hand-set criteria.")
    ] = 0.3,
    device: Annotated[str, typer.Option(help="Where weights are fitted: cpu, or a device of torch.")] = "cpu",
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep what each run taught here: an interrupted training goes on."),
    ] = None,
    report: Annotated[
        bool,
        typer.Option(
            "--report", help="Leave each source out in turn, and replay it under the weights of the others."
        ),
    ] = False,
    encoder: EncoderName = "auto",
    jobs: Jobs = 1,
    ray: RayAddress = None,
    as_json: AsJson = False,
) -> None:
    """Learn from recorded runs, without a model, which identifiers agents use next."""
    check_distinct(data, output)
    if max_steps < 1:
        raise typer.BadParameter(f"max_steps must be at least 1, got {max_steps}")
    if "-" in data:
        raise InvalidInputError("runs are read more than once: give a file", path="standard input")
    begun = time.perf_counter()
    from agentcompress.encoders import encoder_for
    from agentcompress.evaluation.traces import TraceReader
    from agentcompress.mappers import mapper_for
    from agentcompress.training.fitting import Round, checked_device, fit
    from agentcompress.training.gathering import LookSettings
    from agentcompress.training.kept import KeptExamples
    from agentcompress.training.leaving import left_out

    with settings():
        mapper = mapper_for(jobs, ray)
        own = encoder_for(encoder)
        fitted = partial(fit, pull=pull, seed=seed, device=checked_device(device))
    looked = LookSettings(encoder=encoder, max_steps=max_steps, seed=seed)
    kept = KeptExamples(keep, f"{own.name} {max_steps} {seed}") if keep else None
    gathered = _gathered(data, looked, mapper, kept)
    sources = gathered.sources()
    rounds: list[Round] = []
    card = {
        "sources": {
            name: {"runs": gathered.runs[name], "licence": ", ".join(gathered.licences[name])}
            for name in sources
        },
        "encoder": own.name,
        "max_steps": max_steps,
        "seed": seed,
        "pull": pull,
    }
    with settings(), waiting("fitting"):
        if not sources:
            raise ValueError("no call of the runs uses what only tools said: there is nothing to learn")
        weights = fitted(sources, card=card, told=rounds.append)
    content = weights.to_bytes()
    with whole_file(output) as file:
        file.buffer.write(content)
    figures: dict[str, Any] = {
        "output": str(output),
        "bytes": len(content),
        "runs": sum(gathered.runs.values()),
        "atoms": sum(len(one.useful) for one in sources.values()),
        "rounds": len(rounds),
        "loss": round(min(one.loss for one in rounds), 4),
        "trust": weights.trust,
        "slopes": dict(zip(weights.columns, weights.slopes.tolist(), strict=True)),
        "seconds": round(time.perf_counter() - begun, 1),
        "report": None,
    }
    if report:

        def played(left: LeftOut) -> Iterator[Step]:
            return mapper.flat_map(left.play, chain.from_iterable(map(TraceReader, data)))

        with mapper, settings(), waiting("replaying each source under the weights of the others"):
            figures["report"] = left_out(sources, fitted, played, encoder=encoder, max_steps=max_steps)
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    from agentcompress.report.training import training_tables

    print_tables(training_tables(figures))


def _gathered(data: list[str], looked: LookSettings, mapper: Mapper, kept: KeptExamples | None) -> Gathered:
    from agentcompress.evaluation.progress import ReadingProgress
    from agentcompress.evaluation.traces import TraceReader
    from agentcompress.training.gathering import Gathered, gather

    progress = ReadingProgress([TraceReader(path) for path in data])
    gathered = Gathered()
    try:
        with mapper, progress:
            for gathered in gather(progress.items(), partial(mapper.flat_map, looked.look), kept):
                progress.say(f"{sum(gathered.runs.values()):,} runs")
    except KeyboardInterrupt:
        again = "; the same command goes on from there" if kept else ""
        raise interrupted(f"after {sum(gathered.runs.values()):,} runs{again}") from None
    return gathered
