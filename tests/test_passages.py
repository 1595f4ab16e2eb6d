"""Documents under a budget."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.criteria import LexicalCriterion
from agentcompress.passages import PassageSelector
from agentcompress.strategies.fill import FillStrategy
from tests.recordings import WordCounter
from tests.test_criteria import TEXTS, FixedCriterion, context_of

SELECTOR = PassageSelector()


@given(st.lists(TEXTS, max_size=12), TEXTS, st.integers(0, 60))
def test_the_budget_holds_and_the_choice_repeats(texts: list[str], query: str, budget: int) -> None:
    chosen = SELECTOR.select(texts, query, budget)
    places = [passage.index for passage in chosen]
    assert places == sorted(set(places))
    assert sum(passage.tokens for passage in chosen) <= budget
    left = budget - sum(passage.tokens for passage in chosen)
    costs = [passage.tokens for passage in SELECTOR.select(texts, query, 10**6)]
    assert len(costs) == len(texts)
    assert all(costs[index] > left for index in range(len(texts)) if index not in places)
    assert SELECTOR.select(texts, query, budget) == chosen


def test_the_same_results_are_chosen_whatever_their_order() -> None:
    chance = random.Random(3)
    words = ["amber", "cobalt", "ochre", "umber", "sienna", "teal"]
    texts = [f"Title {n}\n{' '.join(chance.choices(words, k=9))} number{n}" for n in range(12)]
    chosen = {texts[passage.index] for passage in SELECTOR.select(texts, "teal and ochre number7", 60)}
    chance.shuffle(texts)
    assert {
        texts[passage.index] for passage in SELECTOR.select(texts, "teal and ochre number7", 60)
    } == chosen


def test_settings_of_the_user_are_used() -> None:
    selector = PassageSelector(
        criterion=LexicalCriterion(), strategy=FillStrategy(thrift=0.0), counter=WordCounter()
    )
    [passage] = selector.select(["one two three", "needle here", "four"], "needle", 2)
    assert (passage.index, passage.tokens) == (1, 2)
    assert passage.score > 0
    with pytest.raises(ValueError, match="budget must not be negative, got -1"):
        selector.select(["a"], "a", -1)


def test_a_criterion_that_breaks_its_word_is_named() -> None:
    selector = PassageSelector(criterion=FixedCriterion((np.nan, np.nan)), counter=WordCounter())
    with pytest.raises(ValueError, match=r"FixedCriterion gave a score that is .*not finite"):
        selector.select(["a", "b"], "a", 1)


@given(
    st.lists(st.tuples(st.text("x", max_size=40), st.floats(0, 9, width=32)), max_size=9), st.integers(0, 40)
)
def test_filling_takes_the_best_that_still_fits(documents: list[tuple[str, float]], budget: int) -> None:
    context = context_of([text for text, _ in documents], "")
    scores = np.array([score for _, score in documents], dtype=np.float32)
    left, expected = budget, set()
    for index in sorted(range(len(documents)), key=lambda place: (-round(float(scores[place]), 6), place)):
        if context.segments[index].tokens <= left:
            left -= context.segments[index].tokens
            expected.add(index)
    selection = FillStrategy(thrift=0.0).select(context, scores, budget)
    assert set(selection.renditions) == expected
    assert selection.groups == {int(context.group_of[index]) for index in expected}


def test_thrift_weighs_a_score_against_its_cost() -> None:
    context = context_of(["x" * 400, "y" * 40], "")
    scores = FixedCriterion((3.0, 2.0)).score(context)
    assert set(FillStrategy(thrift=0.0).select(context, scores, 105).renditions) == {0}
    assert set(FillStrategy(thrift=1.0).select(context, scores, 105).renditions) == {1}
    for thrift in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match=r"thrift must lie in \[0, 1\]"):
            FillStrategy(thrift=thrift)
