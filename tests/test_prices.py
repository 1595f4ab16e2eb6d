"""What a run costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.tokens import billed, price_model

runs = st.lists(st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))


@pytest.mark.parametrize(("name", "cost"), [("none", 3000), ("anthropic", 2600), ("openai", 2600)])
def test_worked_example(name: str, cost: int) -> None:
    # 1,000 written at 1.25; then 1,000 read at 0.1 and 1,000 written.
    assert billed([(1000, 0), (2000, 1000)], price_model(name)) == pytest.approx(cost)


@given(runs)
def test_without_a_cache_every_token_costs_one(run: list[tuple[int, int]]) -> None:
    assert billed(run, price_model("none")) == sum(tokens for tokens, _ in run)


@given(runs)
def test_keeping_the_prefix_is_cheaper(run: list[tuple[int, int]]) -> None:
    prices = price_model("anthropic")
    assert billed(run, prices) <= billed([(tokens, 0) for tokens, _ in run], prices)


def test_unknown_prices() -> None:
    with pytest.raises(ValueError, match=r"'free' are none of anthropic, anthropic-1h, none, openai"):
        price_model("free")
