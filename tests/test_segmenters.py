"""Cutting text into lines and stretches of lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.segmenters import LinesSegmenter
from agentcompress.values import atoms_of

from .conversations import TEXTS
from .segmenting import check_cut
from .timing import check_linear, seconds

ATOMS = st.sampled_from(
    [
        "src/app/main.py:42",
        "https://example.org/a/b",
        "value_17_3",
        "ord-81723",
        "#issue-9",
        "@mia_li",
        "v1.2.3+b4",
        "HTTPServerError",
        "0b9c" * 60,
    ]
)
BETWEEN = st.sampled_from([" ", ", ", "\n", " = ", "、", '": "', "\t", " " * 90, "—"])
WIDTHS = st.integers(1, 120)


def pieces(text: str, width: int = 80) -> list[str]:
    return [text[piece.start : piece.end] for piece in LinesSegmenter(width).cut(text).pieces]


@given(st.one_of(TEXTS, st.text(st.characters(exclude_categories=[]))), WIDTHS)
def test_spans_cover_the_text_exactly(text: str, width: int) -> None:
    check_cut(LinesSegmenter(width), text)


@given(st.lists(st.tuples(ATOMS, BETWEEN), max_size=60), WIDTHS)
def test_no_cut_falls_inside_an_atom(words: list[tuple[str, str]], width: int) -> None:
    text = "".join(atom + between for atom, between in words)
    cuts = {piece.end for piece in LinesSegmenter(width).cut(text).pieces}
    start = 0
    for atom, between in words:
        assert cuts.isdisjoint(range(start + 1, start + len(atom)))
        start += len(atom) + len(between)


def test_a_line_is_a_piece_and_blank_lines_belong_to_the_line_before() -> None:
    assert pieces("one\n\n \t\n\ntwo\r\nthree") == ["one\n\n \t\n\n", "two\r\n", "three"]
    assert pieces("\n\none\n") == ["\n\n", "one\n"]
    assert pieces("") == []


@settings(deadline=None)
@given(st.lists(st.text("abcdef", min_size=1, max_size=10), min_size=40, max_size=400))
def test_a_long_line_is_cut_into_stretches_of_about_the_width(words: list[str]) -> None:
    line = " ".join(words)
    made = pieces(line, width=30)
    assert made == [line] if len(line) <= 60 else all(15 <= len(piece) <= 60 for piece in made)


@pytest.mark.parametrize("character", ["文", "。", "#", " ", "\U0001f600", "ู"])
def test_scripts_without_spaces_are_cut_all_the_same(character: str) -> None:
    assert all(len(piece) <= 160 for piece in pieces(character * 10_000))


def test_one_giant_token_stays_whole() -> None:
    giant = "0123456789abcdef" * 5_000
    assert pieces(f"key = {giant} end") in ([f"key = {giant} end"], [f"key = {giant} ", "end"])
    assert atoms_of(giant) == (giant,)


@pytest.mark.parametrize("unit", ["#", ".#", "@", "\n", "a", "文", "a ", "/"])
def test_time_grows_with_the_length_of_the_text_not_its_square(unit: str) -> None:
    check_linear(unit, LinesSegmenter().cut, atoms_of)


@pytest.mark.parametrize("rule", ["#", "@", "#."])
def test_a_rule_costs_about_what_words_do(rule: str) -> None:
    many, words = (unit * (200_000 // len(unit)) for unit in (rule, "word "))
    assert seconds(many, atoms_of) < 6 * seconds(words, atoms_of)


def test_a_width_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="width must be at least 1 character, got 0"):
        LinesSegmenter(0)
