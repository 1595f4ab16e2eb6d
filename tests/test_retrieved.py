"""Tool outputs of several documents: what is shown of them."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress import Budget, Compressor
from agentcompress.strategies import CondenseStrategy, PassageStrategy
from agentcompress.strategies.objective import GAP_TOKENS
from agentcompress.values import Context, Group, Scores, Segment, Selection

from .conversations import Messages
from .helpers import said, step, tokens
from .retrieved import DOCUMENTS, FORMS, form, question


def asked(number: int, output: str) -> Messages:
    return [{"role": "user", "content": question(number)}, *step(1, output, "search", '{"query": "markets"}')]


def shown_whole(messages: Messages) -> list[int]:
    """Which documents stand whole in what is shown."""
    text = "\n".join(map(said, messages))
    return [n for n, one in enumerate(DOCUMENTS) if one in text or json.dumps(one)[1:-1] in text]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("number", [0, 4, 9])
def test_the_document_that_answers_is_shown_whole(name: str, number: int) -> None:
    messages = asked(number, form(name, DOCUMENTS))
    room = tokens(messages[2:])
    result = Compressor(tokens(messages[:2]) + room * 3 // 10).compress(messages)
    whole = shown_whole(result.messages)
    assert number in whole
    assert len(whole) <= 4


@pytest.mark.parametrize("name", ["records", "results", "strings"])
def test_json_of_documents_stays_json(name: str) -> None:
    messages = asked(3, form(name, DOCUMENTS))
    for budget in range(150, 900, 50):
        shown = said(Compressor(budget).compress(messages).messages[-1])
        if shown.startswith(('{"', "{\n", '[{"', '["')):
            json.loads(shown)


def test_what_arrives_large_is_condensed_to_whole_documents() -> None:
    messages = asked(4, form("blank lines", DOCUMENTS * 3))
    result = Compressor(Budget(limit=4_000, item_share=0.2)).compress(messages)
    assert not result.evicted
    assert tokens(result.messages[-1:]) <= 800
    assert 4 in shown_whole(result.messages)


def test_other_outputs_are_shown_as_without_documents() -> None:
    """What the documents take is theirs to divide; nothing else moves for it."""
    context = context_of([[5, 5, 5], [9, 9, 9]], [[0, 0, 0], [1, 2, 3]])
    plain = CondenseStrategy().select(context, np.ones(6, np.float32), 25)
    chosen = passages(context, (0.0, 0.0, 1.0), 25)
    assert {i for i in chosen.renditions if i < 3} == {i for i in plain.renditions if i < 3}


def test_scores_of_passages_that_are_no_numbers_are_named() -> None:
    context = context_of([[5, 5, 5], [9, 9, 9]], [[0, 0, 0], [1, 2, 3]])
    with pytest.raises(ValueError, match=r"Fixed gave a score that is .*not finite"):
        passages(context, (0.0, float("nan"), 1.0), 25)


class Fixed:
    """Scores passages as it was told."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values = values

    def score(self, context: Context) -> Scores:
        return np.array(self.values[: len(context.segments)], dtype=np.float32)


def context_of(costs: Sequence[Sequence[int]], numbers: Sequence[Sequence[int]]) -> Context:
    """One tool output a message, its segments by their tokens, with the passages they belong to."""
    of = np.repeat(np.arange(len(costs)), [len(one) for one in costs])
    flat = [
        (cost, n)
        for row, marks in zip(costs, numbers, strict=True)
        for cost, n in zip(row, marks, strict=True)
    ]
    return Context(
        segments=[
            Segment(
                part=0, start=at, end=at + 1, text="x", tokens=cost, role="tool", atoms=(f"a{at}",), passage=n
            )
            for at, (cost, n) in enumerate(flat)
        ],
        groups=[Group(messages=(number,), step=number) for number in range(len(costs))],
        message_of=of,
        group_of=of,
        step=len(costs),
        query="",
    )


def passages(context: Context, values: Sequence[float], budget: int) -> Selection:
    strategy = PassageStrategy(answers=Fixed(values)) | CondenseStrategy()
    return strategy.select(context, np.ones(len(context.segments), np.float32), budget)


def cost(context: Context, shown: Sequence[int]) -> int:
    return sum(context.segments[i].tokens for i in shown) + GAP_TOKENS * sum(
        i - 1 not in shown for i in shown
    )


@given(
    st.lists(st.lists(st.integers(1, 20), min_size=1, max_size=4), min_size=3, max_size=8),
    st.lists(st.floats(0, 9, width=32), min_size=8, max_size=8),
    st.integers(0, 150),
)
def test_passages_take_no_more_than_their_sentences_did(
    sizes: list[list[int]], values: list[float], budget: int
) -> None:
    marks = [number for number, one in enumerate(sizes, 1) for _ in one]
    context = context_of([[tokens for one in sizes for tokens in one]], [marks])
    before = CondenseStrategy().select(context, np.ones(len(marks), np.float32), budget)
    after = passages(context, values, budget)
    assert cost(context, sorted(after.renditions)) <= cost(context, sorted(before.renditions))
    assert passages(context, values, budget) == after
    whole = [all(i in after.renditions for i in range(len(marks)) if marks[i] == n) for n in set(marks)]
    torn = [i for i in after.renditions if not whole[marks[i] - 1]]
    assert set(torn) <= set(before.renditions)


def test_the_best_passage_that_fits_comes_before_many_sentences() -> None:
    context = context_of([[4] * 12], [[1] * 4 + [2] * 4 + [3] * 4])
    assert {4, 5, 6, 7} <= passages(context, (0.0, 5.0, 1.0), 24).renditions.keys()


def test_where_no_passage_fits_what_was_chosen_stays() -> None:
    context = context_of([[9, 9, 9, 9, 9, 9]], [[1, 1, 2, 2, 3, 3]])
    before = CondenseStrategy().select(context, np.ones(6, np.float32), 11)
    assert len(before.renditions) == 1
    assert passages(context, (1.0, 1.0, 1.0), 11).renditions == before.renditions


@pytest.mark.parametrize("count", [3, 12])
def test_what_is_shown_whole_stays_whole(count: int) -> None:
    marks = [1 + index * 3 // count for index in range(count)]
    context = context_of([[4] * count], [marks])
    before = CondenseStrategy().select(context, np.ones(count, np.float32), 1_000)
    assert len(before.renditions) == count
    assert passages(context, (0.0, 5.0, 1.0), 1_000) == before
