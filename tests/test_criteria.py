"""Criteria: oracles for each formula, and properties that hold for all of them."""

import math
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.criteria import (
    EmbeddingCriterion,
    LeadingCriterion,
    LexicalCriterion,
    ProductCriterion,
    RecencyCriterion,
    StructureCriterion,
    WeightedCriterion,
    default_criterion,
)
from agentcompress.criteria.passages import passage_criterion
from agentcompress.criteria.passages.feedback import FeedbackCriterion
from agentcompress.criteria.passages.headings import HeadingCriterion
from agentcompress.criteria.passages.links import LinkCriterion
from agentcompress.criteria.passages.neighbours import NeighbourCriterion
from agentcompress.criteria.passages.sentence import SentenceCriterion
from agentcompress.encoders import encoder_for
from agentcompress.values import Context, Criterion, Group, Scores, Segment, SegmentKind, Vectors

ENCODER = encoder_for("static")
CRITERIA: list[Criterion] = [
    RecencyCriterion(),
    LexicalCriterion(),
    EmbeddingCriterion(ENCODER),
    WeightedCriterion({LexicalCriterion(): 1.0, RecencyCriterion(): 0.5}),
    ProductCriterion(factors=(RecencyCriterion(), StructureCriterion()), relevance=LexicalCriterion()),
    default_criterion(ENCODER),
    LexicalCriterion(stemmed=True, names=2.0),
    SentenceCriterion(ENCODER),
    HeadingCriterion(lexical=LexicalCriterion()),
    FeedbackCriterion(base=LexicalCriterion(), lexical=LexicalCriterion()),
    LinkCriterion(base=LexicalCriterion(), headings=HeadingCriterion(lexical=LexicalCriterion())),
    NeighbourCriterion(base=LexicalCriterion()),
    passage_criterion(ENCODER),
    LeadingCriterion(few=2, heads=("read(main.py)",)),
]
RELEVANCE: list[Criterion] = [
    *CRITERIA[1:3],
    WeightedCriterion({CRITERIA[1]: 1.0, CRITERIA[2]: 2.0}),
    *CRITERIA[6:11],
]
ODD = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x00\ud800\udfff_./-Aa1")), max_size=20)
LINES = st.lists(
    st.sampled_from(["error", "parseArgs", "src/main.py", "42", "the", "日本語"]), max_size=8
).map(" ".join)
TEXTS = st.one_of(LINES, LINES, ODD)


def context_of(texts: Sequence[str], query: str, group_sizes: Sequence[int] = ()) -> Context:
    """One step a group; what the sizes leave over is one last group."""
    sizes = [*group_sizes, len(texts) - sum(group_sizes)]
    of = np.repeat(np.arange(len(sizes)), sizes)
    return Context(
        segments=[
            Segment(part=0, start=0, end=len(text), text=text, tokens=len(text) // 4 + 1, role="tool")
            for text in texts
        ],
        groups=[Group(messages=(index,), step=index) for index in range(len(sizes))],
        message_of=of,
        group_of=of,
        step=len(sizes),
        query=query,
    )


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    groups = draw(st.lists(st.lists(TEXTS, max_size=5), max_size=4))
    return context_of(
        [text for group in groups for text in group], draw(TEXTS), [len(group) for group in groups]
    )


@dataclass(frozen=True)
class FixedCriterion:
    """Gives the scores it was made with."""

    values: tuple[float, ...]

    def score(self, context: Context) -> Scores:
        return np.array(self.values, dtype=np.float32)


class RandomEncoder:
    """A random unit vector for every text but the empty one."""

    name = "random"

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = [np.random.default_rng(len(text)).normal(size=8) if text else np.zeros(8) for text in texts]
        return np.array([row / (np.linalg.norm(row) or 1) for row in rows], dtype=np.float32)


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: type(criterion).__name__)
@given(context=contexts())
@settings(deadline=None, max_examples=60)
def test_scores_are_finite_non_negative_and_repeatable(criterion: Criterion, context: Context) -> None:
    scores = criterion.score(context)
    assert scores.shape == (len(context.segments),)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    np.testing.assert_array_equal(criterion.score(context), scores)


@pytest.mark.parametrize("criterion", RELEVANCE, ids=lambda criterion: type(criterion).__name__)
@given(texts=st.lists(TEXTS, max_size=10), query=TEXTS, random=st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_relevance_follows_a_segment_wherever_it_stands(
    criterion: Criterion, texts: list[str], query: str, random: Random
) -> None:
    order = list(range(len(texts)))
    random.shuffle(order)
    scores = criterion.score(context_of(texts, query))
    moved = criterion.score(context_of([texts[index] for index in order], query))
    np.testing.assert_allclose(moved, scores[order], atol=1e-4)


def test_recency_is_a_power_of_the_age_in_steps() -> None:
    context = context_of(["a", "b", "c", "d"], "", group_sizes=[2, 1])
    scores = RecencyCriterion(decay=2.0).score(context)
    np.testing.assert_allclose(scores, [1 / 9, 1 / 9, 1 / 4, 1])
    assert RecencyCriterion(decay=0.0).score(context).tolist() == [1, 1, 1, 1]


@given(
    st.lists(
        st.lists(st.sampled_from(["red", "green", "blue", "amber", "cyan"]), max_size=6),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.sampled_from(["red", "green", "blue", "violet"]), max_size=5),
)
@settings(deadline=None)
def test_lexical_relevance_is_bm25(documents: list[list[str]], query: list[str]) -> None:
    k1, b = 1.2, 0.6
    mean_length = sum(map(len, documents)) / len(documents)
    expected = []
    for document in documents:
        counts, total = Counter(document), 0.0
        for term in set(query) & set(document):
            having = sum(term in other for other in documents)
            idf = math.log(1 + (len(documents) - having + 0.5) / (having + 0.5))
            saturation = counts[term] + k1 * (1 - b + b * len(document) / mean_length)
            total += idf * counts[term] / saturation
        expected.append(total)
    context = context_of([" ".join(document) for document in documents], " ".join(query))
    np.testing.assert_allclose(LexicalCriterion(k1=k1, b=b).score(context), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("parseArgs", "def parse_args(self):"),
        ("open src/app/user_store.py", 'File "/srv/user_store.py", line 3'),
        ("HTTPServer", "started http server on :80"),
        ("order ORD-81723", '{"id": 81723}'),
        ("Grüße", "viele GRÜSSE, viele grüße"),
        ("def parse_args", "parse_args"),
    ],
)
def test_identifiers_are_found_whole_and_in_parts(query: str, text: str) -> None:
    scores = LexicalCriterion().score(context_of([text, "nothing of the kind", "the and of"], query))
    assert scores[0] > 0
    assert scores[1:].tolist() == [0, 0]


def test_a_whole_identifier_outranks_its_parts() -> None:
    texts = ["see user_store.py", "the user store", "unrelated words", "other words"]
    scores = LexicalCriterion().score(context_of(texts, "user_store.py"))
    assert scores[0] > scores[1] > 0


@given(st.lists(st.text("x", max_size=9), min_size=1, max_size=9), st.text("x", min_size=1, max_size=12))
@settings(deadline=None)
def test_embedding_relevance_is_the_cosine_seen_from_the_mean(texts: list[str], query: str) -> None:
    encoder = RandomEncoder()
    scores = EmbeddingCriterion(encoder).score(context_of(texts, query))
    vectors = encoder.encode(texts).astype(np.float64)
    mean = vectors.mean(axis=0)
    direction = encoder.encode([query])[0] - mean
    for text, vector, score in zip(texts, vectors - mean, scores, strict=True):
        length = np.linalg.norm(vector) * np.linalg.norm(direction)
        cosine = vector @ direction / length if text and length > 1e-3 else 0.0
        assert score == pytest.approx((1 + cosine) / 2, abs=1e-4)


def test_meaning_is_found_without_a_shared_word() -> None:
    texts = [
        "The credit card transaction failed.",
        "The weather in the mountains is sunny.",
        "Trains run every ten minutes.",
    ]
    scores = EmbeddingCriterion(ENCODER).score(context_of(texts, "payment was declined by the bank"))
    assert scores.argmax() == 0


def test_each_criterion_counts_in_its_own_standard_deviations() -> None:
    context = context_of(["a", "b", "c"], "")
    small, large = FixedCriterion((0.1, 0.2, 0.6)), FixedCriterion((100.0, 200.0, 600.0))
    flat = FixedCriterion((5.0, 5.0, 5.0))
    alone = WeightedCriterion({small: 1.0}).score(context)
    spread = float(np.std([0.1, 0.2, 0.6]))
    np.testing.assert_allclose(alone, [0, 0.1 / spread, 0.5 / spread], rtol=1e-5)
    np.testing.assert_allclose(WeightedCriterion({large: 1.0, flat: 9.0}).score(context), alone, rtol=1e-5)
    np.testing.assert_allclose(
        WeightedCriterion({small: 1.0, large: 2.0}).score(context), 3 * alone, rtol=1e-5
    )


def test_a_product_needs_recency_or_relevance() -> None:
    context = context_of(["a", "b"], "")
    criterion = ProductCriterion(
        factors=[FixedCriterion((0.5, 1.0))], relevance=FixedCriterion((4.0, 0.0)), floor=2.0
    )
    assert criterion.score(context).tolist() == [3.0, 2.0]


def test_errors_and_outliers_count_for_more_the_rarer_they_are() -> None:
    def score(telling: int, of: int, kind: SegmentKind = "error") -> list[float]:
        context = context_of([f"line {i}" for i in range(of)], "")
        segments = [replace(s, kind=kind if i < telling else "line") for i, s in enumerate(context.segments)]
        return list(map(float, StructureCriterion().score(replace(context, segments=segments))))

    assert score(0, 3) == [1, 1, 1]
    assert score(1, 100)[:2] == [4, 1]
    assert score(1, 100, "outlier")[0] == 4
    assert score(5, 100)[0] == pytest.approx(2)
    assert set(score(30, 100)) == {1}


def test_by_default_relevant_beats_irrelevant_and_new_beats_old() -> None:
    texts = [
        "config.yaml sets timeout: 30",
        "lunch is at noon",
        "config.yaml sets timeout: 30",
        "birds can fly",
    ]
    scores = default_criterion(ENCODER).score(context_of(texts, "which timeout does config.yaml set?", [2]))
    assert scores[2] > scores[0] > scores[1]
    assert scores[2] > scores[3] > scores[1]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RecencyCriterion(decay=-1), "decay must not be negative, got -1"),
        (lambda: RecencyCriterion(decay=math.nan), "decay must not be negative, got nan"),
        (lambda: LexicalCriterion(k1=-0.1), "k1 must not be negative, got -0.1"),
        (lambda: LexicalCriterion(b=1.5), r"b must lie in \[0, 1\], got 1.5"),
        (lambda: LexicalCriterion(names=0), "names must be above 0 and finite, got 0"),
        (
            lambda: FeedbackCriterion(base=CRITERIA[1], lexical=LexicalCriterion(), leaders=0),
            "leaders must be at least 1, got 0",
        ),
        (
            lambda: FeedbackCriterion(base=CRITERIA[1], lexical=LexicalCriterion(), weight=math.inf),
            "weight must be above 0 and finite, got inf",
        ),
        (
            lambda: LinkCriterion(
                base=CRITERIA[1], headings=HeadingCriterion(lexical=LexicalCriterion()), leaders=0
            ),
            "leaders must be at least 1, got 0",
        ),
        (
            lambda: LinkCriterion(
                base=CRITERIA[1], headings=HeadingCriterion(lexical=LexicalCriterion()), weight=0
            ),
            "weight must be above 0 and finite, got 0",
        ),
        (
            lambda: NeighbourCriterion(base=CRITERIA[1], reach=0),
            "reach must be above 0 and finite, got 0",
        ),
        (lambda: WeightedCriterion({}), "weights must name at least one criterion"),
        (lambda: WeightedCriterion({RecencyCriterion(): 0}), "weights must be above 0 and finite, got 0"),
        (
            lambda: ProductCriterion(factors=CRITERIA[:1], relevance=CRITERIA[1], floor=-1),
            "floor must not be negative, got -1",
        ),
        (lambda: StructureCriterion(most=0.5), "most must be at least 1 and finite, got 0.5"),
    ],
)
def test_bad_settings_are_refused(make: Callable[[], Criterion], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_few_segments_lead_and_of_those_that_say_the_same_one() -> None:
    texts = ["run the tests", "run", " run", "unlike", *(f"run number {number}" for number in range(9))]
    scores = LeadingCriterion(few=4).score(context_of(texts, "when did it run"))
    assert np.count_nonzero(scores) == 4
    assert scores[1] > 0 == scores[2] == scores[3]


def test_a_line_leads_by_what_its_message_is_about() -> None:
    context = context_of(
        ["def get(self):", "def get(self):  # of a cache", "left"], "def get of cache.py", [1]
    )
    about = LeadingCriterion(heads=("read_file(cache.py)", "read_file(store.py)")).score(context)
    assert about[0] > 0 == about[1]


def test_two_words_side_by_side_lead_as_they_are_written() -> None:
    texts = [
        "class Store of a class",
        "class Class(Node):",
        "class Node:",
        "subclass Classes",
        "a class Class",
    ]
    scores = LeadingCriterion().score(context_of(texts, "where is class Class?"))
    assert min(scores[1], scores[4]) > max(scores[0], scores[2], scores[3])


def test_leading_needs_a_place() -> None:
    with pytest.raises(ValueError, match="few must be at least 1, got 0"):
        LeadingCriterion(few=0)


def test_telling_relevance_by_words_starts_no_jax() -> None:
    code = (
        "import sys; from agentcompress.criteria.terms import terms_of; "
        "assert terms_of('the valve') == ('valve',); "
        "print([name for name in ('bm25s', 'jax') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
