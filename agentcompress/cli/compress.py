"""`agentcompress compress`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from agentcompress.files import whole_file

from .options import AsJson, EncoderName, check_distinct, parse_budget, settings
from .printing import print_tables


def compress(
    file: Annotated[
        str, typer.Argument(help="OpenAI chat JSON, LangChain messages JSON, or JSONL; - reads stdin.")
    ],
    budget: Annotated[str, typer.Option(metavar="N", help="Tokens of the whole request.")],
    query: Annotated[str | None, typer.Option(help="What the next step is about.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the messages here; - is standard output.")
    ] = None,
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
    output = None if output == Path("-") else output
    from agentcompress.evaluation.conversation import read_conversation
    from agentcompress.evaluation.images import ImageFolder

    check_distinct([file], output, report)
    conversation = read_conversation(file)
    images = ImageFolder(Path(file).parent)
    messages = list(map(images.resolved, conversation.messages))
    from agentcompress.compressor import Compressor
    from agentcompress.tokens import RequestCounter

    name = model or conversation.model
    with settings():
        counter = RequestCounter.for_model(name, base=Path(file).parent)
        compressor = Compressor(limit, counter=counter, lossless=lossless, encoder=encoder)
    result = compressor.compress(messages, query=query, tools=conversation.tools)
    shown = list(map(images.restored, result.messages))
    if output is not None:
        with whole_file(output) as written:
            written.write(conversation.dumps(shown))
    if report is not None:
        from agentcompress.report.html import write_compression_report

        reasons = compressor.explain(messages, query=query, tools=conversation.tools)
        write_compression_report(report, messages, result, reasons=reasons, counter=counter)
    if as_json:
        beside = {} if output else {"messages": conversation.plain(shown)}
        print(json.dumps({**result.figures(), **beside}, indent=1))
        return
    if output is None:
        sys.stdout.write(conversation.dumps(shown))
    from agentcompress.report.table import compression_table

    print_tables([compression_table(result)], to_stderr=output is None)
