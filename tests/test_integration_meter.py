"""What a meter says of runs, beside what was really sent."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import ModelRequest, dynamic_prompt
from langchain_core.messages import BaseMessage

from agentcompress import ContextCompressionMiddleware, CostMeter
from agentcompress.integration import Cost
from agentcompress.messages import codec_for, tool_schemas
from agentcompress.tokens import UNKNOWN, RequestCounter, billed, price_model

from .test_concurrency import Reader, asked, library
from .test_middleware import TASK, RecordingModel, read

COUNTER = RequestCounter.for_model(UNKNOWN)
TOOLS = COUNTER.tools(tool_schemas([read]))


def run(meter: CostMeter | None, *middleware: Any, budget: int = 5_000, steps: int = 16) -> RecordingModel:
    model = RecordingModel(steps=steps)
    ours = ContextCompressionMiddleware(budget, on_compression=meter)
    create_agent(model, [read], system_prompt="Be brief.", middleware=[*middleware, ours]).invoke(TASK)
    return model


def sent(requests: Sequence[list[BaseMessage]]) -> list[tuple[int, int]]:
    """Tokens and cached tokens of each request, from the requests alone."""
    figures = []
    before: list[BaseMessage] = []
    for request in requests:
        same = takewhile(lambda pair: pair[0] == pair[1], zip(before, request, strict=False))
        kept = (TOOLS if before else 0) + tokens([message for _, message in same])
        figures.append((TOOLS + tokens(request), kept))
        before = request
    return figures


def tokens(messages: list[BaseMessage]) -> int:
    return sum(COUNTER.message(codec_for(messages).read(message)) for message in messages)


@pytest.mark.parametrize("prices", ["anthropic", "none"])
def test_it_agrees_with_what_was_sent(prices: str) -> None:
    meter = CostMeter(prices)
    figures, uncompressed = sent(run(meter).requests), sent(run(None, budget=10**6).requests)
    cost = meter.cost
    assert cost.requests == len(figures) == 17
    assert cost.tokens == sum(whole for whole, _ in figures)
    assert cost.cached == sum(kept for _, kept in figures)
    assert cost.billed == pytest.approx(billed(figures, price_model(prices)))
    assert cost.tokens_uncompressed == sum(whole for whole, _ in uncompressed)
    assert cost.billed_uncompressed == pytest.approx(billed(uncompressed, price_model(prices)))
    assert cost.cached_share == cost.cached / cost.tokens
    assert cost.billed_share == cost.billed / cost.billed_uncompressed


@pytest.mark.parametrize("asynchronous", [False, True])
def test_threads_at_once_cost_what_they_cost_alone(asynchronous: bool) -> None:
    books = ["red", "green", "blue"]
    alone, together = [CostMeter() for _ in books], CostMeter()
    for meter, book in zip(alone, books, strict=True):
        library(Reader(), meter).invoke(*asked(book))
    shared = library(Reader(), together)

    async def gather() -> None:
        await asyncio.gather(*(shared.ainvoke(*asked(book)) for book in books))

    if asynchronous:
        asyncio.run(gather())
    else:
        with ThreadPoolExecutor(len(books)) as pool:
            list(pool.map(lambda book: shared.invoke(*asked(book)), books))
    assert together.cost.requests == sum(meter.cost.requests for meter in alone)
    assert together.cost.cached == sum(meter.cost.cached for meter in alone)
    assert together.cost.billed == pytest.approx(sum(meter.cost.billed for meter in alone))
    uncompressed = sum(meter.cost.billed_uncompressed for meter in alone)
    assert together.cost.billed_uncompressed == pytest.approx(uncompressed)


def test_a_prompt_that_changes_leaves_only_the_tools() -> None:
    numbers = iter(range(100))

    @dynamic_prompt
    def prompt(_: ModelRequest[Any]) -> str:
        return f"This is call {next(numbers)}."

    meter = CostMeter()
    figures = sent(run(meter, prompt, steps=4).requests)
    assert meter.cost.cached == sum(kept for _, kept in figures) == 4 * TOOLS


def test_nothing_was_sent_yet() -> None:
    assert CostMeter().cost == Cost()
    assert (Cost().cached_share, Cost().billed_share) == (0, 1)


def test_unknown_prices_are_named() -> None:
    with pytest.raises(ValueError, match="free"):
        CostMeter("free")
