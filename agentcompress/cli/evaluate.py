"""`agentcompress eval`."""

import json
from typing import Annotated

import typer

from agentcompress.errors import InvalidInputError

from .options import AsJson, parse_budget, settings
from .printing import interrupted, print_tables


def evaluate(
    data: Annotated[
        list[str], typer.Argument(help="Labelled records (qa, gui), .jsonl or .jsonl.gz; - reads stdin.")
    ],
    budget: Annotated[
        str,
        typer.Option(
            metavar="B",
            help="Tokens of the documents shown (gui: of the whole request), as 1000, or the share of the "
            "documents' (gui: the images') tokens, as 0.25.",
        ),
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="qa: agentcompress, bm25, last-tokens, random; gui: agentcompress, full, random, uniform; "
            "may be repeated. Default: all."
        ),
    ] = None,
    image_model: Annotated[
        str | None, typer.Option(help="gui: price images as this model does. Default: a Claude 3, by area.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure on labelled records, without a model: is the evidence kept, is the target still seen."""
    limit = parse_budget(budget)
    from agentcompress.evaluation.evaluating import Evaluation, RecordReader
    from agentcompress.evaluation.progress import ReadingProgress

    with settings():
        evaluation = Evaluation(
            budget=limit, policies=list(dict.fromkeys(policy or ())), image_model=image_model
        )
    progress = ReadingProgress([RecordReader(path) for path in data])
    try:
        with progress:
            for record, reader in progress.items():
                evaluation.add(record, reader)
                progress.say(f"{sum(evaluation.measured.values()):,} records")
    except KeyboardInterrupt:
        raise interrupted(f"after {sum(evaluation.measured.values()):,} records") from None
    figures = {"budget": limit, **evaluation.to_dict()}
    if not any(evaluation.measured.values()):
        raise InvalidInputError("no record to evaluate: only sets of documents", path=", ".join(data))
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    from agentcompress.report.table import recall_table, visibility_table

    tables = [recall_table(figures["qa"], limit)] if "qa" in figures else []
    print_tables([*tables, *([visibility_table(figures["gui"], limit)] if "gui" in figures else [])])
