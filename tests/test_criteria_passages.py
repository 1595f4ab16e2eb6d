"""Criteria for documents: oracles on small collections, and what each is there for."""

import math
from collections import Counter
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.criteria import LexicalCriterion
from agentcompress.criteria.passages.feedback import FeedbackCriterion
from agentcompress.criteria.passages.headings import HeadingCriterion
from agentcompress.criteria.passages.leaders import leaders
from agentcompress.criteria.passages.links import LinkCriterion
from agentcompress.criteria.passages.neighbours import NeighbourCriterion
from agentcompress.criteria.passages.order import in_order
from agentcompress.criteria.passages.sentence import SentenceCriterion
from agentcompress.criteria.stems import stems_of
from agentcompress.encoders import encoder_for
from tests.test_criteria import FixedCriterion, context_of

LEXICAL = LexicalCriterion(stemmed=True)
TOPICS = ["harbour crane ship cargo", "violin sonata concert bow", "glacier summit rope snow"]


def talk(topics: list[str], turns: int) -> list[str]:
    """A conversation that stays with each topic for some turns, with a short word between them."""
    said = []
    for topic in topics:
        words = topic.split()
        for turn in range(turns):
            picked = [words[(turn + place) % len(words)] for place in range(3)]
            said += [f"we spoke of the {' and the '.join(picked)}", "yes"]
    return said


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("meetings", "meeting"),
        ("cities", "city"),
        ("houses", "house"),
        ("class", "class"),
        ("status", "status"),
        ("bus", "bus"),
        ("shoes", "shoes"),
        ("parse", "parse"),
    ],
)
def test_plurals_are_joined(word: str, stem: str) -> None:
    assert stems_of(word) == (stem,)


def test_names_in_the_query_count_for_more() -> None:
    context = context_of(["Melanie went home", "painting went home", "nothing at all"], "painting by Melanie")
    plain, named = (LexicalCriterion(names=weight).score(context) for weight in (1.0, 2.0))
    assert plain[0] == pytest.approx(plain[1])
    assert named.tolist() == pytest.approx([2 * plain[0], plain[1], 0])


@given(
    st.lists(st.lists(st.sampled_from("abcde"), max_size=6), min_size=1, max_size=6),
    st.dictionaries(st.sampled_from("abcx"), st.floats(0.1, 3)),
)
def test_terms_are_weighted_sums_of_bm25(documents: list[list[str]], weights: dict[str, float]) -> None:
    documents = [[f"{letter}{letter}1" for letter in document] for document in documents]
    weights = {f"{letter}{letter}1": weight for letter, weight in weights.items()}
    context = context_of([" ".join(document) for document in documents], "")
    found = LexicalCriterion().score_terms(context, weights)
    alone = [LexicalCriterion().score_terms(context, {term: 1.0}) for term in weights]
    expected = np.zeros(len(documents))
    for weight, scores in zip(weights.values(), alone, strict=True):
        expected += weight * scores
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_the_sentence_that_answers_is_not_lost_in_its_paragraph() -> None:
    long = "Trains run hourly. The bank declined the card payment. Birds sing. Snow fell on the mountain."
    texts = [long, "The weather was mild.", "Trains are late.", "A bank of snow lay on the mountain."]
    scores = SentenceCriterion(encoder_for("auto")).score(context_of(texts, "the card payment was declined"))
    assert scores.argmax() == 0
    single = [text for text in texts if text != long]
    assert SentenceCriterion(encoder_for("auto")).score(context_of(single, "")).tolist() == [0.5] * 3


def test_leaders_share_their_lead_and_ties_come_along() -> None:
    scores = np.array([0, 3, 0, 1, 0, 0], dtype=np.float32)
    assert leaders(scores, 1) == {1: 1.0}
    assert leaders(scores, 2) == pytest.approx({1: 0.75, 3: 0.25})
    assert leaders(np.array([0, 2, 0, 2, 0], dtype=np.float32), 1) == pytest.approx({1: 0.5, 3: 0.5})
    assert leaders(np.zeros(5, dtype=np.float32), 2) == {}
    assert leaders(np.array([1, 2], dtype=np.float32), 2) == {}


HOPS = [
    "Lanterns is published by the Orvane Society in spring",
    "Orvane Society members chose Tamsin Rook as their first president",
    "A society for gardening chose nobody for years",
    "The first president of the rowing club was a baker",
    "Journals about rowing are rare",
    "Bakers rise early",
]


def test_what_the_best_text_speaks_of_leads_to_the_second() -> None:
    context = context_of(HOPS, "Who leads the body behind Lanterns?")
    first = LEXICAL.score(context)
    assert first[1] == 0
    second = FeedbackCriterion(base=LEXICAL, lexical=LEXICAL, leaders=1).score(context)
    assert second.argsort()[::-1][:2].tolist() == [0, 1]


def test_a_term_of_the_query_or_of_one_text_leads_nowhere() -> None:
    context = context_of(["red blue unique", "red green", "plain", "other", "more"], "red")
    alone = LEXICAL.score(context)
    fed = FeedbackCriterion(base=LEXICAL, lexical=LEXICAL).score(context)
    np.testing.assert_allclose(fed, alone, atol=1e-6)


def test_a_heading_is_meant_whole() -> None:
    body = "\nsome words that stand below"
    texts = [f"{title}{body}" for title in ("Orla Finch", "Orla Finch bibliography", "Finch", "Tall ships")]
    query = "Where was Orla Finch born?"
    scores = HeadingCriterion(lexical=LEXICAL).score(context_of(texts, query))
    assert scores[0] == scores[2] == 1
    assert scores[0] > scores[1] > scores[3] == 0

    terms = [set(title.lower().split()) for title in ("orla finch", "orla finch bibliography")]
    having = Counter({"orla": 2, "finch": 3, "bibliography": 1})
    idf = {term: math.log(1 + (4 - count + 0.5) / (count + 0.5)) for term, count in having.items()}
    share = sum(idf[term] for term in terms[0]) / sum(idf[term] for term in terms[1])
    assert scores[1] == pytest.approx(share**2, rel=1e-5)


def test_headings_need_to_be_the_rule() -> None:
    texts = ["Orla Finch\nborn in spring", "Orla Finch spoke", "no heading here", "none here"]
    assert HeadingCriterion(lexical=LEXICAL).score(context_of(texts, "Orla Finch")).tolist() == [0] * 4
    long = [f"{'word ' * 40}\nbelow {number}" for number in range(3)]
    assert HeadingCriterion(lexical=LEXICAL).score(context_of(long, "word")).tolist() == [0] * 3


def test_what_the_best_text_names_is_followed() -> None:
    texts = [
        "Lanterns\nA journal of the Orvane Society.",
        "Orvane Society\nIts head is Tamsin Rook.",
        "Lanterns festival\nHeld in spring.",
        "Rowing club\nIts head was a baker.",
        "Bakery\nIt opens early.",
    ]
    context = context_of(texts, "Who heads the publisher of Lanterns?")
    headings = HeadingCriterion(lexical=LEXICAL)
    linked = LinkCriterion(base=headings, headings=headings, leaders=1, weight=0.1).score(context)
    alone = headings.score(context)
    gained = linked - linked.min() - (alone - alone.min())
    assert gained.argmax() == 1


def test_a_conversation_is_in_order_and_its_shuffle_is_not() -> None:
    turns = talk(TOPICS, 8)
    assert in_order(tuple(turns))
    Random(5).shuffle(turns)
    assert not in_order(tuple(turns))


@given(st.lists(st.sampled_from(["red fox", "blue whale", "", "red whale dives"]), max_size=4))
def test_a_handful_of_texts_is_never_in_order(texts: list[str]) -> None:
    assert not in_order(tuple(texts))


def test_same_texts_again_and_again_are_in_no_order() -> None:
    assert not in_order(("the same words",) * 40)


@given(st.lists(st.floats(0, 9, width=32), min_size=48, max_size=48), st.floats(10, 500))
def test_surroundings_count_by_their_distance_in_tokens(values: list[float], reach: float) -> None:
    context = context_of(talk(TOPICS, 8), "")
    tokens = [segment.tokens for segment in context.segments]
    gaps = [(one + other) / 2 for one, other in pairwise(tokens)]
    given_scores = np.array(values)
    spread = given_scores.std()
    own = (given_scores - given_scores.mean()) / spread if spread > 1e-6 else np.zeros(48)
    expected = []
    for here in range(48):
        near = [math.exp(-sum(gaps[min(here, at) : max(here, at)]) / reach) for at in range(48)]
        near[here] = 0
        expected.append(own[here] + 4 * np.dot(near, own) / (1 + sum(near)))
    scores = NeighbourCriterion(base=FixedCriterion(tuple(values)), reach=reach).score(context)
    np.testing.assert_allclose(scores, np.array(expected) - min(expected), rtol=1e-3, atol=1e-3)


def test_search_results_keep_their_own_scores() -> None:
    turns = talk(TOPICS, 8)
    Random(5).shuffle(turns)
    context = context_of(turns, "rope on the glacier")
    np.testing.assert_array_equal(NeighbourCriterion(base=LEXICAL).score(context), LEXICAL.score(context))
