"""The null baselines: oracles for what they choose, and the rules of showing they share with us."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress import Compressor
from agentcompress.criteria import RecencyCriterion
from agentcompress.encoders import encoder_for
from agentcompress.strategies.baselines import (
    FacilityLocationStrategy,
    FloorRandomStrategy,
    MarginalRelevanceStrategy,
    RelevanceStrategy,
)
from agentcompress.values import Context, Group, Pin, Scores, Segment, Strategy, Vectors

from .helpers import reads, tokens


class WordEncoder:
    """A direction a word, so that cosines follow the words shared."""

    name = "words"

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.array([[text.count(word) for word in "abcd"] for text in texts], dtype=np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        vectors: Vectors = (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        return vectors


ENCODER = WordEncoder()
STRATEGIES: list[Strategy] = [
    FacilityLocationStrategy(ENCODER),
    FloorRandomStrategy(),
    MarginalRelevanceStrategy(ENCODER),
    RelevanceStrategy(),
]


def a_segment(text: str, size: int, head: int = 0) -> Segment:
    return Segment(part=0, start=0, end=len(text), text=text, tokens=size, role="tool", head=head)


def a_context(segments: Sequence[Segment], groups: Sequence[Group], group_of: Sequence[int]) -> Context:
    of = np.array(group_of, dtype=np.intp)
    return Context(
        segments=segments, groups=groups, message_of=of, group_of=of, step=len(groups), query="what is next"
    )


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    groups = []
    segments: list[Segment] = []
    group_of = []
    for number in range(draw(st.integers(0, 4))):
        pin = draw(st.sampled_from([Pin.NONE, Pin.NONE, Pin.TURN, Pin.STEP, Pin.ERROR, Pin.PLAN]))
        groups.append(Group(messages=(number,), step=number, overhead=draw(st.integers(0, 12)), pin=pin))
        for place in range(draw(st.integers(0, 5))):
            segments.append(
                a_segment(
                    draw(st.text("abcd", max_size=4)),
                    draw(st.integers(0, 9)),
                    head=draw(st.integers(0, place)),
                )
            )
            group_of.append(number)
    return a_context(segments, groups, group_of)


def cost(context: Context, shown: Mapping[int, int], groups: frozenset[int]) -> int:
    """What a selection costs, marks for gaps left out."""
    return sum(context.segments[index].tokens for index in shown) + sum(
        context.groups[group].overhead for group in groups
    )


def heads(context: Context, index: int) -> Iterator[int]:
    while back := context.segments[index].head:
        index -= back
        yield index


def scores_for(context: Context, numbers: Sequence[int]) -> Scores:
    return np.resize(np.array([*numbers, 1], dtype=np.float32), len(context.segments))


NUMBERS = st.lists(st.integers(0, 9), max_size=20)


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: type(strategy).__name__)
@given(context=contexts(), numbers=NUMBERS, budget=st.integers(0, 120))
def test_a_baseline_keeps_to_the_budget_and_shows_groups_and_heads_with_a_segment(
    strategy: Strategy, context: Context, numbers: list[int], budget: int
) -> None:
    scores = scores_for(context, numbers)
    selection = strategy.select(context, scores, budget)
    shown = selection.renditions
    assert cost(context, shown, selection.groups) <= budget
    assert {int(context.group_of[index]) for index in shown} <= selection.groups
    assert all(head in shown for index in shown for head in heads(context, index))
    assert set(shown.values()) <= {0}
    steps = [index for index, group in enumerate(context.groups) if group.pin >= Pin.STEP]
    if steps and 4 * context.groups[steps[-1]].overhead <= 3 * budget:
        assert steps[-1] in selection.groups
    assert strategy.select(context, scores, budget) == selection


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: type(strategy).__name__)
@given(context=contexts(), numbers=NUMBERS)
def test_a_baseline_with_room_for_everything_shows_everything(
    strategy: Strategy, context: Context, numbers: list[int]
) -> None:
    selection = strategy.select(context, scores_for(context, numbers), 10_000)
    assert list(selection.renditions) == list(range(len(context.segments)))


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: type(strategy).__name__)
def test_reasoning_is_left_to_its_rule(strategy: Strategy) -> None:
    segments = [replace(a_segment("a", 1), kind="reasoning"), a_segment("b", 1)]
    context = a_context(segments, [Group(messages=(0,), step=0)], [0, 0])
    assert list(strategy.select(context, np.ones(2, dtype=np.float32), 50).renditions) == [1]


def flat(texts: Sequence[str], sizes: Sequence[int]) -> Context:
    """Segments in one group that costs nothing."""
    segments = [a_segment(text, size) for text, size in zip(texts, sizes, strict=True)]
    return a_context(segments, [Group(messages=(0,), step=0)], [0] * len(segments))


PIECES = st.lists(
    st.tuples(st.text("abcd", min_size=1, max_size=4), st.integers(1, 6), st.integers(1, 9)),
    min_size=1,
    max_size=8,
)


@given(PIECES, st.integers(0, 30), st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_marginal_relevance_takes_the_most_relevant_least_like_what_is_shown(
    pieces: list[tuple[str, int, int]], budget: int, balance: float
) -> None:
    texts, sizes, numbers = zip(*pieces, strict=True)
    vectors = ENCODER.encode(texts)
    shown: list[int] = []
    left = budget
    while fitting := [i for i in range(len(texts)) if i not in shown and sizes[i] + 1 <= left]:
        worth = {
            i: balance * numbers[i] / max(numbers)
            - (1 - balance) * max((float(vectors[i] @ vectors[j]) for j in shown), default=0.0)
            for i in fitting
        }
        best = max(fitting, key=lambda i: (round(worth[i], 4), -i))
        shown.append(best)
        left -= sizes[best] + 1
    strategy = MarginalRelevanceStrategy(ENCODER, balance)
    selection = strategy.select(flat(texts, sizes), np.array(numbers, dtype=np.float32), budget)
    assert sorted(selection.renditions) == sorted(shown)


@given(PIECES, st.integers(0, 30))
def test_facility_location_is_the_greedy_choice_of_what_stands_for_all(
    pieces: list[tuple[str, int, int]], budget: int
) -> None:
    texts, sizes, numbers = zip(*pieces, strict=True)
    likeness = ENCODER.encode(texts) @ ENCODER.encode(texts).T
    weights = np.array(numbers, dtype=np.float32)
    served = np.zeros(len(texts), dtype=np.float32)
    waiting = list(range(len(texts)))
    shown: list[int] = []
    left = budget
    while waiting:
        gain = {i: round(float(np.maximum(likeness[i] - served, 0) @ weights) / sizes[i], 4) for i in waiting}
        best = max(waiting, key=lambda i: (gain[i], -i))
        waiting.remove(best)
        if sizes[best] + 1 <= left:
            shown.append(best)
            left -= sizes[best] + 1
            served = np.maximum(served, likeness[best])
    selection = FacilityLocationStrategy(ENCODER).select(flat(texts, sizes), weights, budget)
    assert sorted(selection.renditions) == sorted(shown)


def test_relevance_takes_the_best_first() -> None:
    scores = np.array([1, 3, 2, 3], dtype=np.float32)
    selection = RelevanceStrategy().select(flat("abcd", [4, 4, 4, 4]), scores, 15)
    assert list(selection.renditions) == [1, 2, 3]


def test_the_floor_is_recent_and_the_rest_is_not() -> None:
    context = flat(["a"] * 200, [1] * 200)
    shown = list(FloorRandomStrategy().select(context, np.ones(200, dtype=np.float32), 100).renditions)
    assert shown[-25:] == list(range(175, 200))
    assert len(shown) == 50
    assert min(shown) < 100
    other = FloorRandomStrategy().select(replace(context, query="else"), np.ones(200, dtype=np.float32), 100)
    assert list(other.renditions) != shown


def test_only_the_most_relevant_of_very_many_are_compared() -> None:
    count = 20_050
    context = flat(["a" if index % 2 else "b" for index in range(count)], [1] * count)
    scores = np.ones(count, dtype=np.float32)
    scores[:50] = 0.5
    selection = MarginalRelevanceStrategy(ENCODER).select(context, scores, 20)
    assert min(selection.renditions) >= 50


@pytest.mark.parametrize(
    "strategy",
    [
        FacilityLocationStrategy(encoder_for("static")),
        FloorRandomStrategy(),
        MarginalRelevanceStrategy(encoder_for("static")),
        RelevanceStrategy(),
    ],
    ids=lambda strategy: type(strategy).__name__,
)
def test_a_request_chosen_by_a_baseline_fits_and_fills_its_budget(strategy: Strategy) -> None:
    messages = reads(8)
    result = Compressor(800, criterion=RecencyCriterion(), strategy=strategy).compress(messages)
    assert 700 < result.tokens_after <= 800
    assert tokens(messages) > 2_000


def test_a_balance_that_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"balance must lie in \[0, 1\], got 2"):
        MarginalRelevanceStrategy(ENCODER, balance=2)
