"""Repeats are shown where they stand last, clusters by a representative; strategies compose."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentcompress import Budget, BudgetExceededError, Compressor, Plan
from agentcompress.encoders import StaticEncoder
from agentcompress.kernels import bipartite_soft_matching
from agentcompress.strategies import (
    CondenseStrategy,
    DeduplicateStrategy,
    MergeStrategy,
    PruneStrategy,
    ReasoningStrategy,
)
from agentcompress.values import Context, Group, Scores, Segment, Selection, Strategy, Vectors, atoms_of

from .conversations import Messages, pairs_are_whole
from .helpers import EXAMPLES, TASK, hard, listing, step, tokens

SLOW = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
FILE = listing("file")


def outputs(messages: Messages) -> list[str]:
    return [message["content"] for message in messages if message["role"] == "tool"]


def read_twice(newer: str, *between: str) -> Messages:
    texts = [FILE, *between, newer, "done"]
    return [TASK, *(message for number, text in enumerate(texts) for message in step(number, text))]


@dataclass(frozen=True, slots=True)
class Spy:
    """Shows everything, and keeps what it was asked to choose from."""

    seen: list[tuple[Context, Scores]] = field(default_factory=list)

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        self.seen.append((context, scores))
        return Selection(
            renditions=dict.fromkeys(range(len(context.segments)), 0),
            groups=frozenset(range(len(context.groups))),
        )


def context_of(messages: Sequence[Sequence[str]]) -> Context:
    """One tool output a message, one segment a text."""
    sizes = [len(texts) for texts in messages]
    of = np.repeat(np.arange(len(messages)), sizes)
    texts = [text for message in messages for text in message]
    return Context(
        segments=[
            Segment(part=0, start=0, end=1, text=text, tokens=len(text), role="tool", atoms=atoms_of(text))
            for text in texts
        ],
        groups=[Group(messages=(index,), step=index) for index in range(len(messages))],
        message_of=of,
        group_of=of,
        step=len(messages),
        query="",
    )


def test_of_a_file_read_twice_the_newer_copy_is_shown_and_the_older_points_to_it() -> None:
    messages = read_twice(FILE, listing("other"))
    result = Compressor(tokens(messages) - 1).compress(messages)
    older, between, newer, _ = outputs(result.messages)
    assert older == f"[{tokens([{'content': FILE}])} tokens repeated below]"
    assert between == listing("other")
    assert newer == FILE


def test_a_part_that_is_repeated_gets_its_pointer_where_it_stood() -> None:
    messages = read_twice("\n".join(FILE.split("\n")[10:]))
    result = Compressor(tokens(messages) - 1).compress(messages)
    older, newer, _ = outputs(result.messages)
    head, pointer = older.rsplit("\n", 1)
    assert head == "\n".join(FILE.split("\n")[:10])
    assert pointer.endswith("tokens repeated below]")
    assert newer == messages[4]["content"]


def test_white_space_is_no_difference() -> None:
    messages = read_twice(FILE.replace("\n", "\n    ").replace(" = ", "  =  "))
    older, newer, _ = outputs(Compressor(tokens(messages) - 1).compress(messages).messages)
    assert older.endswith("tokens repeated below]")
    assert newer == messages[4]["content"]


def test_a_repeated_json_result_stays_valid_and_says_where_it_is() -> None:
    record = json.dumps({f"field_{n}": {"id": f"ord_{n:04}", "note": f"value number {n}"} for n in range(40)})
    messages = [TASK, *step(0, record), *step(1, listing("x")), *step(2, record), *step(3, "done")]
    older, _, newer, _ = outputs(Compressor(tokens(messages) - 1).compress(messages).messages)
    assert "tokens repeated below]" in str(json.loads(older))
    assert newer == record


def test_what_the_agent_and_the_user_say_again_is_left_alone() -> None:
    messages = [TASK, {"role": "assistant", "content": FILE}, *step(1, FILE), *step(2, listing("y"))]
    result = Compressor(tokens(messages) - 1).compress(messages)
    assert not any("repeated below" in str(message["content"]) for message in result.messages)


def test_a_pointer_never_points_at_what_is_not_shown() -> None:
    messages = read_twice(FILE, *(listing(name) for name in "abcdef"))
    for limit in range(60, tokens(messages), 150):
        result = Compressor(limit).compress(messages)
        pointed = [text for text in outputs(result.messages) if "tokens repeated below]" in text]
        if pointed:
            shown = [line for line in FILE.split("\n") if line in outputs(result.messages)[-2]]
            assert len(shown) >= 18


def test_pointers_stay_as_they_are_until_the_next_eviction() -> None:
    messages = read_twice(FILE, listing("other"))
    budget = Budget(limit=tokens(messages) - 1)
    first = Compressor(budget).compress(messages)
    longer = [*messages, *step("more", "one more line"), *step("again", "\n".join(FILE.split("\n")[:9]))]
    plan = Plan.from_dict(json.loads(json.dumps(first.plan.to_dict())))
    second = Compressor(budget).compress(longer, plan=plan)
    assert not second.evicted
    assert second.messages[: len(first.messages)] == first.messages


POOL = [
    FILE,
    "\n".join(FILE.split("\n")[:9]),
    listing("b", 12),
    json.dumps({"id": list(range(90))}),
    "ok",
    "",
]


@SLOW
@given(st.lists(st.sampled_from(POOL), min_size=2, max_size=9), st.data())
def test_repeats_break_no_invariant(texts: list[str], data: st.DataObject) -> None:
    messages = [TASK, *(message for number, text in enumerate(texts) for message in step(number, text))]
    limit = data.draw(st.integers(tokens(hard(messages)), tokens(messages)))
    try:
        result = Compressor(limit).compress(messages)
    except BudgetExceededError:
        return
    assert tokens(result.messages) == result.tokens_after <= limit
    assert pairs_are_whole(result.messages)
    assert result.messages[0] == TASK
    assert Compressor(limit).compress(messages) == result
    assert Compressor(limit).compress(result.messages).messages == result.messages


WORDS = st.sampled_from(["alpha beta", "alpha  beta", "gamma delta eps", "x1", "  ", "omega omega omega"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=8), min_size=1, max_size=5))
def test_what_is_left_out_is_what_brute_force_finds_in_newer_outputs(texts: list[list[str]]) -> None:
    spy = Spy()
    context = context_of(texts)
    scores = np.arange(len(context.segments), dtype=np.float32)
    selection = (DeduplicateStrategy(window=2, least=1, share=0) | spy).select(context, scores, 10**6)
    expected = set()
    plain = [[" ".join(text.split()) for text in message] for message in texts]
    for number, message in enumerate(plain):
        size = min(2, len(message))
        for start in range(len(message) - size + 1):
            run = message[start : start + size]
            newer = [other for other in plain[number + 1 :] if min(2, len(other)) == size]
            if any(other[at : at + size] == run for other in newer for at in range(len(other))):
                first = sum(map(len, plain[:number])) + start
                expected |= set(range(first, first + size))
    assert set(selection.renditions) == set(range(len(context.segments))) - expected
    assert selection.repeated == expected
    (_, seen) = spy.seen[0]
    assert seen.tolist() == [score for score in scores.tolist() if score not in expected]


@dataclass(frozen=True, slots=True)
class ByFirstLetter:
    """Texts with the same first letter are the same, the first word's length apart."""

    name: str = "by first letter"

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), 128), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[ord(text[0])] = 1.0
            row[0] = len(text) / 10
        return vectors


def test_a_cluster_is_represented_by_the_member_nearest_to_its_mean() -> None:
    context = context_of([["aa", "aaaa", "b"], ["aaa", "aaaaaaa"]])
    selection = (MergeStrategy(ByFirstLetter()) | Spy()).select(context, np.ones(5, np.float32), 10**6)
    assert sorted(selection.renditions) == [1, 2]  # the mean of 2, 4, 3 and 7 is 4


def test_a_member_with_an_identifier_of_its_own_stays() -> None:
    context = context_of([["open ORD-1234 now", "open ORD-1234 now", "open ORD-9999 now"]])
    selection = (MergeStrategy(ByFirstLetter()) | Spy()).select(context, np.ones(3, np.float32), 10**6)
    assert sorted(selection.renditions) == [1, 2]  # of what is as near, the last represents


def test_what_others_cannot_be_shown_without_stays() -> None:
    context = context_of([["a", "a", "a", "aID_42"]])
    *others, last = context.segments
    under = replace(context, segments=[*others, replace(last, head=3)])
    spy = Spy()
    (MergeStrategy(ByFirstLetter()) | spy).select(under, np.ones(4, np.float32), 10**6)
    ((seen, _),) = spy.seen
    assert [(segment.text, segment.head) for segment in seen.segments] == [("a", 0), ("a", 0), ("aID_42", 2)]


@pytest.mark.parametrize(
    "strategy",
    [
        MergeStrategy(StaticEncoder()),
        MergeStrategy(StaticEncoder(), partial(bipartite_soft_matching, r=5)) | PruneStrategy(),
        ReasoningStrategy() | DeduplicateStrategy() | MergeStrategy(StaticEncoder()) | PruneStrategy(),
        DeduplicateStrategy() | CondenseStrategy(),
    ],
)
def test_whatever_the_composition_the_request_fits(strategy: Strategy) -> None:
    messages = read_twice(FILE, listing("other"), FILE)
    result = Compressor(tokens(messages) // 2, strategy=strategy).compress(messages)
    assert result.evicted
    assert tokens(result.messages) <= tokens(messages) // 2
    assert pairs_are_whole(result.messages)


def test_stages_run_in_the_order_they_are_written() -> None:
    last = Spy()
    strategy = ReasoningStrategy() | DeduplicateStrategy(window=1, least=1) | last
    assert strategy == ReasoningStrategy(rest=DeduplicateStrategy(rest=last, window=1, least=1))
    assert isinstance(DeduplicateStrategy().rest, PruneStrategy)
    strategy.select(context_of([["a"], ["a"]]), np.ones(2, np.float32), 10)
    assert len(last.seen[0][0].segments) == 1


@pytest.mark.parametrize("chooser", [PruneStrategy(pinned=0.2), CondenseStrategy(), PruneStrategy()])
def test_a_strategy_that_takes_everything_is_not_replaced_in_silence(chooser: Strategy) -> None:
    with pytest.raises(TypeError, match=f"{type(chooser).__name__} leaves nothing open for Dedup"):
        ReasoningStrategy() | chooser | DeduplicateStrategy()


@pytest.mark.parametrize(
    ("make", "name"),
    [(lambda: DeduplicateStrategy(window=0), "window"), (lambda: DeduplicateStrategy(least=0), "least")],
)
def test_settings_out_of_range_are_named(make: Callable[[], Strategy], name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        make()


def test_a_share_out_of_range_is_named() -> None:
    with pytest.raises(ValueError, match=r"share must lie in \[0, 1\], got 1.5"):
        DeduplicateStrategy(share=1.5)


def test_an_output_of_which_little_is_repeated_is_left_whole() -> None:
    messages = read_twice("\n".join(FILE.split("\n")[30:]))
    result = Compressor(tokens(messages) - 1).compress(messages)
    assert not any("repeated below" in text for text in outputs(result.messages))
