"""`agentcompress eval`."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from agentcompress.errors import InvalidInputError

from .options import AsJson, Jobs, RayAddress, parse_budget, settings
from .printing import interrupted, print_tables

if TYPE_CHECKING:
    from agentcompress.evaluation.budgets import EvalBudget


def evaluate(
    data: Annotated[
        list[str], typer.Argument(help="Labelled records (qa, icl, gui), .jsonl or .jsonl.gz; - reads stdin.")
    ],
    budget: Annotated[
        str,
        typer.Option(
            metavar="B",
            help="Tokens of the documents or examples shown (gui: of the whole request), as 1000, the share "
            "of all (gui: of the images' tokens), as 0.25, or a multiple of the mean, as 8x.",
        ),
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="qa: agentcompress, bm25, last-tokens, random; icl: agentcompress, unlabelled, bm25, knn, "
            "mmr, random; gui: agentcompress, full, random, uniform; may be repeated. Default: all."
        ),
    ] = None,
    image_model: Annotated[
        str | None, typer.Option(help="gui: price images as this model does. Default: a Claude 3, by area.")
    ] = None,
    jobs: Jobs = 1,
    ray: RayAddress = None,
    as_json: AsJson = False,
) -> None:
    """Measure on labelled records, without a model: is what is asked for still there to be seen."""
    limit = _budget(budget)
    from agentcompress.evaluation.evaluating import EvalSettings, Evaluation, RecordReader
    from agentcompress.evaluation.progress import ReadingProgress
    from agentcompress.mappers import mapper_for

    measured = EvalSettings(
        budget=limit, policies=tuple(dict.fromkeys(policy or ())), image_model=image_model
    )
    with settings():
        evaluation = Evaluation(measured)
        mapper = mapper_for(jobs, ray)
    progress = ReadingProgress([RecordReader(path) for path in data])
    interrupt = None
    try:
        with mapper, progress:
            for found in mapper.flat_map(measured.measure, evaluation.parts(progress.items())):
                evaluation.count(found)
                progress.say(f"{sum(evaluation.measured.values()):,} records")
    except KeyboardInterrupt:
        interrupt = interrupted(f"after {sum(evaluation.measured.values()):,} records")
    figures = {"budget": limit if isinstance(limit, int | float) else str(limit), **evaluation.to_dict()}
    if not interrupt and not any(evaluation.measured.values()):
        raise InvalidInputError("no record to evaluate: only sets of documents", path=", ".join(data))
    if as_json and not interrupt:  # A program would take unfinished figures for whole.
        print(json.dumps(figures, indent=1))
    if not as_json:
        from agentcompress.report.table import evaluation_tables

        print_tables(evaluation_tables(figures))
    if interrupt:
        raise interrupt


def _budget(text: str) -> "EvalBudget":
    if not text.endswith("x"):
        return parse_budget(text)
    from agentcompress.evaluation.budgets import Times

    try:
        factor = float(text[:-1])
    except ValueError:
        raise TyperException(
            f"budget as a multiple must be a number before the x, got {text[:20]!r}"
        ) from None
    with settings():
        return Times(factor)
