"""When evictions come, how deep they go and how early they cut, by the prices of the prompt cache."""

from itertools import pairwise

import pytest

from agentcompress import Budget, CompressionResult, Compressor, Plan
from agentcompress.pipeline.economy import low_water
from agentcompress.tokens import billed, price_model

from .conversations import Messages
from .helpers import step, tokens

NAMED = [f"key_{number}_{line}" for number in range(4) for line in range(8)]


def run(compressor: Compressor, steps: int = 60, task: str = "go") -> list[CompressionResult]:
    """A growing conversation, each request compressed with the plan of the one before."""
    messages: Messages = [{"role": "user", "content": task}]
    plan, results = Plan(), []
    for number in range(steps):
        result = compressor.compress(messages, plan=plan)
        plan = result.plan
        results.append(result)
        lines = [f"key_{number}_{line}: {number * line * 7919 % 9973}" for line in range(12 + number % 9)]
        messages = [*messages, *step(number, "\n".join(lines))]
    return results


def kept_prefix(before: Messages, after: Messages) -> Messages:
    same = [one == two for one, two in zip(before, after, strict=False)]
    return after[: same.index(False) if False in same else len(same)]


def cost(results: list[CompressionResult]) -> float:
    prices = price_model("anthropic")
    requests = [(results[0].tokens_after, 0)]
    for before, after in pairwise(results):
        requests.append((after.tokens_after, tokens(kept_prefix(before.messages, after.messages))))
    return billed(requests, prices)


def test_an_eviction_leaves_the_oldest_as_it_is_where_rewriting_is_dear() -> None:
    budget = Budget(limit=3_000, keep=0.6)
    # Most of the oldest is what the task is about, so that editing it would remove little.
    task = f"Compare {', '.join(NAMED)}."
    dear = run(Compressor(budget, prices="anthropic"), 80, task)
    free = run(Compressor(budget, prices="none"), 80, task)

    def untouched(results: list[CompressionResult]) -> int:
        """Messages that evictions left at the start, in all."""
        return sum(len(kept_prefix(a.messages, b.messages)) for a, b in pairwise(results) if b.evicted)

    assert untouched(dear) > untouched(free)
    assert cost(dear) < cost(free)
    assert max(result.tokens_after for result in dear) <= 3_000


def test_what_stays_as_it_was_is_counted_and_marked() -> None:
    for before, after in pairwise(run(Compressor(Budget.for_long_run(3_000)))):
        assert after.tokens_after == tokens(after.messages) <= after.ceiling
        if not after.evicted:
            assert kept_prefix(before.messages, after.messages) == before.messages


@pytest.mark.parametrize("prices", ["anthropic", "anthropic-1h", "openai", "none"])
@pytest.mark.parametrize("growth", [10.0, 400.0, 20_000.0])
def test_low_water_pays_back_or_is_as_deep_as_it_may_be(prices: str, growth: float) -> None:
    room, model = 50_000, price_model(prices)
    kept = low_water(room, growth, model)
    assert 0.6 * room <= kept <= 0.8 * room
    removed = room - kept
    pays_back_after = model.rewrite * (0.5 * kept) / removed
    assert removed / growth >= 0.99 * pays_back_after or kept == int(0.6 * room)


def test_dearer_rewriting_goes_deeper() -> None:
    assert low_water(50_000, 800, price_model("anthropic-1h")) <= low_water(
        50_000, 800, price_model("anthropic")
    )
    assert low_water(50_000, 800, price_model("anthropic")) <= low_water(50_000, 800, price_model("none"))


def test_unknown_prices_are_named() -> None:
    with pytest.raises(ValueError, match="'cheap'"):
        Compressor(1_000, prices="cheap")
