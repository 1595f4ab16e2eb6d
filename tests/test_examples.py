"""Examples under a budget: what a selector chooses, and how it behaves at the edges."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.prompts import (
    ChatPromptTemplate,
    FewShotChatMessagePromptTemplate,
    FewShotPromptTemplate,
    PromptTemplate,
)
from langgraph.store.memory import InMemoryStore

from agentcompress import BudgetedExampleSelector
from agentcompress.examples.choice import chosen
from agentcompress.examples.pool import Candidates
from agentcompress.memory import FaissStore
from agentcompress.strategies.ordering import ORDERS, Order, in_order
from agentcompress.tokens import EstimateCounter, default_counter

from .test_eval_examples import TRAIN

PROMPT = PromptTemplate.from_template("Text: {text}\nIntent: {label}")
COUNT = default_counter().count


def selector(examples: Any = TRAIN, *, budget: int = 60, **settings: Any) -> BudgetedExampleSelector:
    given = {"input_keys": ["text"], "label_key": "label", "example_prompt": PROMPT, "encoder": "static"}
    return BudgetedExampleSelector(examples, budget=budget, **{**given, **settings})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(TRAIN), max_size=10),
    st.integers(0, 120),
    st.text(max_size=20) | st.just("play some jazz in Oslo"),
    st.sampled_from(["\n\n", "", " ### "]),
    st.sampled_from([default_counter(), EstimateCounter()]),
)
def test_what_a_prompt_writes_stays_within_the_budget(
    examples: list[dict[str, str]], budget: int, query: str, separator: str, counter: Any
) -> None:
    chosen = selector(examples, budget=budget, separator=separator, counter=counter).select_examples(
        {"text": query}
    )
    assert counter.count(separator.join(PROMPT.format(**one) for one in chosen)) <= budget
    assert all(one in examples for one in chosen)
    assert len({one["text"] for one in chosen}) == len(chosen)


def test_all_are_shown_where_all_fit_and_the_most_similar_stands_last() -> None:
    everything = selector(budget=10_000).select({"text": "play some jazz"})
    assert len(everything) == len(TRAIN)
    assert everything[-1].example == TRAIN[0]
    relevance = [one.relevance for one in everything]
    assert relevance == sorted(relevance)
    first = selector(budget=10_000, order="similar-first").select({"text": "play some jazz"})
    assert first == everything[::-1]


def test_every_choice_says_what_it_costs_and_why() -> None:
    chosen = selector().select({"text": "will it be cold"})
    assert all(one.tokens == COUNT(PROMPT.format(**one.example) + "\n\n") for one in chosen)
    assert all(TRAIN[one.index] == one.example and not one.shortened for one in chosen)
    assert all(0 <= part <= 1 for one in chosen for part in (one.relevance, one.coverage, one.label))
    new = [one for one in chosen if one.label > 0]
    assert len({one.example["label"] for one in new}) == len(new)
    best = max(chosen, key=lambda one: one.score)
    assert best.example["label"] == "weather"


def test_labels_that_may_be_right_are_all_shown() -> None:
    many = [{"text": f"play song {n} of the album", "label": "play"} for n in range(30)]
    examples = [*many, {"text": "skip the song", "label": "skip"}]
    labels = {
        one["label"] for one in selector(examples, budget=90).select_examples({"text": "the next song"})
    }
    assert labels == {"play", "skip"}


def test_a_set_covers_the_query_where_the_nearest_repeat_each_other() -> None:
    billing = [{"text": f"refund for order {n}", "label": ""} for n in range(9)]
    examples = [*billing, {"text": "reset the password", "label": ""}]
    query = {"text": "refund my order and reset the password"}
    assert examples[-1] in selector(examples, budget=40, label_key=None).select_examples(query)


def test_it_works_inside_few_shot_prompts() -> None:
    prompt = FewShotPromptTemplate(
        example_selector=selector(),
        example_prompt=PROMPT,
        suffix="Text: {text}\nIntent:",
        input_variables=["text"],
    )
    text = prompt.format(text="play some jazz")
    assert text.endswith("Intent: play\n\nText: play some jazz\nIntent:")
    assert asyncio.run(prompt.aformat(text="play some jazz")) == text
    chat = ChatPromptTemplate.from_messages([("human", "{text}"), ("ai", "{label}")])
    messages = FewShotChatMessagePromptTemplate(
        example_selector=selector(example_prompt=chat), example_prompt=chat, input_variables=["text"]
    ).format_messages(text="play some jazz")
    assert messages[-1].content == "play"


def test_an_empty_pool_gives_nothing_and_grows() -> None:
    pool = selector([])
    assert pool.select_examples({"text": "play"}) == []
    assert [pool.add_example(one) for one in TRAIN[:2]] == [0, 1]
    assert asyncio.run(pool.aadd_example(TRAIN[2])) == 2
    assert asyncio.run(pool.aselect_examples({"text": "play"}))[-1]["label"] == "play"
    assert len(pool) == 3


def test_examples_that_say_the_same_are_one() -> None:
    pool = selector([TRAIN[0], TRAIN[1], TRAIN[0], dict(reversed(TRAIN[0].items()))], budget=1_000)
    assert (len(pool), pool.add_example(dict(TRAIN[1]))) == (2, 1)
    assert len(pool.select_examples({"text": "play some jazz"})) == 2


def test_an_example_beyond_the_budget_is_passed_over() -> None:
    giant = {"text": "play some jazz " * 200, "label": "play"}
    assert giant not in (chosen := selector([giant, *TRAIN]).select_examples({"text": "play some jazz"}))
    assert chosen
    assert selector([giant]).select_examples({"text": "play some jazz"}) == []


def test_nested_values_are_read_as_json() -> None:
    examples: list[dict[str, Any]] = [
        {"ask": {"city": "Oslo", "days": [1, 2]}, "label": 3},
        {"ask": {"city": "Rome", "days": []}, "label": None},
    ]
    pool = BudgetedExampleSelector(examples, budget=100, input_keys=["ask"], label_key="label")
    [*_, last] = pool.select({"ask": {"city": "Rome"}})
    assert last.example == examples[1]
    assert last.tokens == COUNT('ask: {"city": "Rome", "days": []}\nlabel: null\n\n')


def test_keys_that_are_missing_are_named() -> None:
    with pytest.raises(ValueError, match="the example lacks text: it has body"):
        selector([{"body": "hi"}])
    with pytest.raises(ValueError, match="the example lacks text: it has nothing"):
        selector().add_example({})
    with pytest.raises(ValueError, match="the input lacks text: it has query"):
        selector().select_examples({"query": "hi"})
    with pytest.raises(ValueError, match="an example must be a mapping, got str"):
        selector(["hi"])
    with pytest.raises(ValueError, match=r"example_prompt needs .*label.*: the example has text"):
        selector([{"text": "hi"}]).select_examples({"text": "hi"})
    assert selector([{**one, "more": 1} for one in TRAIN]).select_examples({"text": "play", "other": 3})


def test_without_input_keys_all_but_the_label_is_compared() -> None:
    examples = [{"question": one["text"], "label": one["label"]} for one in TRAIN]
    chosen = BudgetedExampleSelector(examples, budget=60, label_key="label").select_examples(
        {"any": "some jazz"}
    )
    assert chosen[-1] == examples[0]


def test_settings_that_cannot_be_are_refused() -> None:
    for wrong, problem in (
        ({"budget": -1}, "budget must not be negative, got -1"),
        ({"budget": 0.25}, "budget must be a whole number of tokens, got 0.25"),
        ({"order": "best"}, "order 'best' is none of similar-last"),
        ({"input_keys": []}, "input_keys must name a field"),
        ({"input_keys": "text"}, "input_keys must be a sequence of names, got 'text'"),
        ({"examples": [{"text": "hi", 1: "one"}]}, "names of an example's fields must be text, got 1"),
        ({"shorten": {"text": 0}}, r"shorten\['text'\] must be at least 1 token, got 0"),
        ({"store": InMemoryStore(), "namespace": ()}, "namespace must name"),
        (
            {"store": InMemoryStore(), "namespace": "mine"},
            "namespace must be a sequence of labels, got 'mine'",
        ),
    ):
        with pytest.raises(ValueError, match=problem):
            selector(**wrong)


def test_an_example_stays_as_it_was_when_it_was_added() -> None:
    example = {"text": "play some jazz", "label": "music"}
    pool = selector([example])
    example["text"] = "something else"
    assert pool.select_examples({"text": "jazz"}) == [{"text": "play some jazz", "label": "music"}]


def test_ties_fall_as_they_fell_when_examples_are_read_again() -> None:
    store = InMemoryStore()
    alike = [{"text": "play some jazz", "label": str(number)} for number in range(40)]
    first = selector(alike[:30], store=store)
    first.add_examples([alike[3], *alike[30:]])
    again = selector([], store=store)
    assert again.select_examples({"text": "jazz"}) == first.select_examples({"text": "jazz"})
    assert [one.index for one in again.select({"text": "jazz"})] == [
        one.index for one in first.select({"text": "jazz"})
    ]


class FailingEncoder:
    """Answers all calls but those that speak of trouble."""

    name = "failing"

    def encode(self, texts: Sequence[str]) -> Any:
        if any("trouble" in text for text in texts):
            raise ConnectionError("no server")
        return np.ones((len(texts), 4), dtype=np.float32) / 2


def test_where_the_encoder_fails_nothing_is_added() -> None:
    pool = selector([], encoder=FailingEncoder())
    with pytest.raises(ConnectionError):
        pool.add_examples([{"text": "trouble", "label": "a"}])
    assert len(pool) == 0
    pool.add_examples([{"text": "play some jazz", "label": "b"}])
    assert pool.select_examples({"text": "jazz"}) == [{"text": "play some jazz", "label": "b"}]


def test_a_long_field_is_cut_to_what_the_example_needs() -> None:
    filler = [f"The tower of {name} was built by monks." for name in ("Ypres", "Delft", "Lund", "Vaasa")] * 4
    context = " ".join([*filler[:8], "The ferry to Ormsund leaves at nine.", *filler[8:]])
    example = {"question": "When does the ferry to Ormsund leave?", "context": context, "answer": "at nine"}
    pool = BudgetedExampleSelector(
        [example], budget=100, input_keys=["question"], shorten={"context": 20}, encoder="static"
    )
    [shown] = pool.select({"question": "When does the bus leave?"})
    assert shown.shortened
    assert "The ferry to Ormsund leaves at nine." in shown.example["context"]
    assert shown.example["context"].startswith("…")
    assert COUNT(shown.example["context"]) <= 20
    assert {name: shown.example[name] for name in ("question", "answer")} == {
        name: example[name] for name in ("question", "answer")
    }
    roomy = BudgetedExampleSelector([example], budget=1_000, input_keys=["question"], shorten={"context": 20})
    assert roomy.select_examples({"question": "When?"}) == [example]


@pytest.mark.parametrize("make", [lambda path: InMemoryStore(), lambda path: FaissStore(path / "store.db")])
def test_examples_in_a_store_are_there_again(make: Any, tmp_path: Path) -> None:
    store = make(tmp_path)
    first = selector(TRAIN[:6], store=store)
    first.add_example(TRAIN[6])
    store.put(("examples",), "other", {"note": "no example"})
    again = selector([TRAIN[0]], store=store)
    assert len(again) == 7
    query = {"text": "play some jazz"}
    assert {one["text"] for one in again.select_examples(query)} == {
        one["text"] for one in first.select_examples(query)
    }
    assert len(selector([], store=store, namespace=("elsewhere",))) == 0


def test_any_embeddings_will_do() -> None:
    assert selector(encoder=DeterministicFakeEmbedding(size=8)).select_examples({"text": "play some jazz"})


def test_threads_may_add_and_select_at_once() -> None:
    pool = selector(TRAIN[:3])
    with ThreadPoolExecutor(4) as threads:
        added = threads.map(pool.add_example, TRAIN * 3)
        found = threads.map(lambda one: pool.select_examples({"text": one["text"]}), TRAIN * 3)
        assert set(added) == set(range(len(TRAIN)))
        assert all(found)


def test_in_a_large_pool_the_nearest_are_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("agentcompress.examples.vectors", "agentcompress.memory.index"):
        monkeypatch.setattr(f"{module}.FLAT_UP_TO", 1_000)
    rng = np.random.default_rng(0)
    words = [f"word{n}" for n in range(3_000)]
    texts = [" ".join(rng.choice(words, 8)) for _ in range(3_000)]
    pool = BudgetedExampleSelector([{"q": text} for text in texts], budget=40, encoder="static")
    for place in range(0, 3_000, 500):
        assert pool.select({"q": texts[place]})[-1].index == place


@given(st.lists(st.integers(), max_size=9), st.sampled_from(ORDERS))
def test_an_order_keeps_all_and_the_best_at_the_end_it_names(ranked: list[int], order: Order) -> None:
    shown = in_order(ranked, order)
    assert sorted(shown) == sorted(ranked)
    if ranked:
        assert shown[0 if order == "similar-first" else -1] == ranked[0]
    if len(ranked) > 1 and order == "ends":
        assert shown[0] == ranked[1]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_the_set_is_near_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 9))
    candidates = Candidates(
        ids=np.arange(count),
        relevance=rng.normal(size=count),
        likeness=rng.random((count, count)),
        coverage=rng.random((count, 3)),
        weights=np.array([0.5, 0.3, 0.2]),
    )
    labels = [None if label == 0 else str(label) for label in rng.integers(0, 4, count).tolist()]
    costs, budget = rng.integers(1, 12, count).tolist(), 20
    taken = chosen(candidates, labels, costs, budget)
    assert sum(costs[one.place] for one in taken) <= budget

    def worth(places: tuple[int, ...]) -> float:
        picked = Candidates(
            ids=candidates.ids,
            relevance=candidates.relevance,
            likeness=candidates.likeness,
            coverage=candidates.coverage,
            weights=candidates.weights,
        )
        # With only these affordable, everything affordable is taken, and its value is the set's.
        dear = [1 if place in places else 99 for place in range(count)]
        return sum(one.value for one in chosen(picked, labels, dear, count))

    best = max(
        worth(places)
        for size in range(count + 1)
        for places in combinations(range(count), size)
        if sum(costs[place] for place in places) <= budget
    )
    assert sum(one.value for one in taken) >= 0.7 * best
