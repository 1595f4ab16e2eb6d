"""Criteria that count what segments mention: each against a loop that does the same slowly."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.criteria import (
    DensityCriterion,
    DependencyCriterion,
    NamedCriterion,
    NoveltyCriterion,
    PositionCriterion,
)
from agentcompress.values import Context, Criterion, Group, Role, Segment, atoms_of

COUNTED: list[Criterion] = [
    DensityCriterion(),
    DependencyCriterion(),
    NamedCriterion(),
    NoveltyCriterion(),
    PositionCriterion(),
]
NAMES = ["id_1", "id_2", "ab_3", "src/a.py", "Alpha", "value"]


def a_segment(text: str, role: Role = "tool", tokens: int = 5) -> Segment:
    return Segment(part=0, start=0, end=len(text), text=text, tokens=tokens, role=role, atoms=atoms_of(text))


def a_context(
    messages: Sequence[Sequence[Segment]],
    calls: Sequence[Sequence[str]] = (),
    query: str = "",
    visible: Sequence[str] = (),
) -> Context:
    """One message a group."""
    of = np.repeat(np.arange(len(messages)), [len(message) for message in messages])
    return Context(
        segments=[segment for message in messages for segment in message],
        groups=[
            Group(messages=(index,), step=index, atoms=tuple(calls[index]) if index < len(calls) else ())
            for index in range(len(messages))
        ],
        message_of=of,
        group_of=of,
        step=len(messages),
        query=query,
        visible=frozenset(visible),
    )


TEXTS = st.lists(st.sampled_from(NAMES), max_size=4).map(" ".join)
SEGMENTS = st.builds(a_segment, TEXTS, st.sampled_from(["tool", "tool", "assistant"]), st.integers(0, 9))
MESSAGES = st.lists(st.lists(SEGMENTS, max_size=6), max_size=4)
ATOMS = st.lists(st.sampled_from(NAMES[:-1]), max_size=3)
CONTEXTS = st.builds(
    a_context, MESSAGES, st.lists(ATOMS, max_size=4), TEXTS, st.lists(st.just("ab_3"), max_size=1)
)


@pytest.mark.parametrize("criterion", COUNTED, ids=lambda criterion: type(criterion).__name__)
@given(context=CONTEXTS)
def test_scores_are_positive_finite_and_repeatable(criterion: Criterion, context: Context) -> None:
    scores = criterion.score(context)
    assert scores.shape == (len(context.segments),)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert (scores > 0).all()
    np.testing.assert_array_equal(criterion.score(context), scores)


@pytest.mark.parametrize("criterion", COUNTED, ids=lambda criterion: type(criterion).__name__)
def test_nothing_to_score_and_nothing_to_tell_apart(criterion: Criterion) -> None:
    assert criterion.score(a_context([])).shape == (0,)
    assert criterion.score(a_context([[], []])).shape == (0,)
    alone = criterion.score(a_context([[a_segment("}", tokens=1)]]))
    assert alone.tolist() == [1.0]


@given(MESSAGES)
def test_position_is_a_power_of_the_place_in_a_tool_output(messages: list[list[Segment]]) -> None:
    expected = [
        (1 + place) ** -0.5 if segment.role == "tool" else 1.0
        for message in messages
        for place, segment in enumerate(message)
    ]
    np.testing.assert_allclose(
        PositionCriterion(decay=0.5, scale=1.0).score(a_context(messages)), expected, rtol=1e-6
    )


@given(
    st.lists(st.sampled_from(["get /orders/4871", "get /orders/4872", "id_7 4871", "nothing"]), max_size=9)
)
def test_a_name_of_the_query_points_out_what_few_segments_have(texts: list[str]) -> None:
    context = a_context([[a_segment(text) for text in texts]], query="Why is order 4871 slow?")
    having = [text for text in texts if "4871" in text]
    expected = [4.0 if text in having and len(having) <= 3 else 1.0 for text in texts]
    assert NamedCriterion().score(context).tolist() == expected


@given(st.lists(st.lists(st.sampled_from(["red", "green", "blue", "amber"]), max_size=4), max_size=8))
def test_novelty_is_the_share_of_terms_not_seen_before(texts: list[list[str]]) -> None:
    expected = []
    seen: set[str] = set()
    for words in texts:
        expected.append((1 + len(set(words) - seen)) / (1 + len(set(words))))
        seen |= set(words)
    context = a_context([[a_segment(" ".join(words))] for words in texts])
    np.testing.assert_allclose(NoveltyCriterion().score(context), expected, rtol=1e-6)


@given(CONTEXTS)
def test_density_is_the_mean_of_bits_by_shape(context: Context) -> None:
    def shape(atom: str) -> str:
        return re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "0", atom))

    def bits(atom: str) -> float:
        alike = sum(shape(atom) == shape(name) for segment in context.segments for name in segment.atoms)
        return math.log2((1 + count) / min(alike, count))

    count = len(context.segments)
    everything = [bits(atom) for segment in context.segments for atom in segment.atoms]
    for segment, score in zip(context.segments, DensityCriterion().score(context), strict=True):
        expected = fmean(map(bits, segment.atoms)) / fmean(everything) if segment.atoms else 1.0
        assert score == pytest.approx(expected, rel=1e-5)


def test_one_of_many_look_alikes_tells_less_than_one_of_its_kind() -> None:
    rows = [a_segment(f"order_{number:04}") for number in range(50)]
    scores = DensityCriterion().score(a_context([[*rows, a_segment("gate.B7/x"), a_segment("the end")]]))
    assert scores[-2] > 10 * scores[0]
    assert len(set(scores[:-2].tolist())) == 1
    assert scores[-1] == 1


@given(CONTEXTS, st.sampled_from([0.0, 0.25, 0.5]), st.integers(0, 3))
def test_dependency_follows_what_outputs_define_and_calls_use(
    context: Context, spread: float, reach: int
) -> None:
    segments, groups = context.segments, context.groups
    uses = [0.0] * len(segments)
    for index, segment in enumerate(segments):
        here = int(context.group_of[index])
        for atom in segment.atoms:
            before = any(atom in other.atoms for other in segments[:index])
            asked = any(atom in group.atoms for group in groups[: here + 1])
            later = any(atom in group.atoms for group in groups[here + 1 :]) or atom in atoms_of(
                context.query
            )
            if segment.role == "tool" and later and not before and not asked and atom not in context.visible:
                uses[index] += 1
    expected = [
        1
        + uses[index]
        + sum(
            uses[other] * spread ** abs(index - other)
            for other in range(len(segments))
            if 0 < abs(index - other) <= reach and context.message_of[index] == context.message_of[other]
        )
        for index in range(len(segments))
    ]
    scores = DependencyCriterion(spread=spread, reach=reach).score(context)
    np.testing.assert_allclose(scores, expected, rtol=1e-6)


def test_what_a_call_took_from_an_output_speaks_for_the_lines_beside_it() -> None:
    listing = [a_segment(f"file_{number}.py") for number in range(8)]
    context = a_context([listing, [a_segment("other_text_1")]], calls=[[], ["file_2.py"]])
    assert DependencyCriterion().score(context).tolist() == [
        1.25, 1.5, 2, 1.5, 1.25, 1.125, 1.0625, 1, 1,
    ]  # fmt: skip
    asked = replace(context, groups=[replace(context.groups[0], atoms=("file_2.py",)), context.groups[1]])
    assert set(DependencyCriterion().score(asked).tolist()) == {1.0}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PositionCriterion(decay=-1), "decay must not be negative and be finite, got -1"),
        (lambda: PositionCriterion(decay=math.nan), "decay must not be negative and be finite, got nan"),
        (lambda: NamedCriterion(most=0.5), "most must be at least 1 and finite, got 0.5"),
        (lambda: PositionCriterion(scale=0), "scale must be above 0, got 0"),
        (lambda: DependencyCriterion(spread=1.0), r"spread must lie in \[0, 1\), got 1.0"),
        (lambda: DependencyCriterion(reach=-1), "reach must not be negative, got -1"),
    ],
)
def test_bad_settings_are_refused(make: Callable[[], Criterion], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
