"""Running text and transcripts: sentences, turns, and what is not prose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.segmenters.prose import ProseSegmenter
from agentcompress.segmenters.sentences import sentences

from .conversations import TEXTS
from .segmenting import check_cut
from .timing import check_linear

SEGMENTER = ProseSegmenter()
ARTICLE = (
    "The harbour office opens at half past six. Dr. Ada Kern, who has led it since 2019, wants longer hours. "
    "Boats wait. Crews complain. "
    "Last summer a ferry from Norderney had to turn back, because nobody was there to raise the bridge, "
    "and its passengers, some of them with connecting trains, spent the night in the hall.\n\n"
    "The council will vote on 12 March. "
    "Until then nothing changes, says the office (see e.g. notice H-114).\n\n"
)
TALK = (
    "[9:02 am] Mia Li: Good morning! Did the report arrive?\n"
    "[9:03 am] Tom: Yes. It came last night at eleven, but two pages of the annex on fees are missing. "
    "I have asked the archive for a new copy, and they promised it for Thursday.\n"
    "[9:05 am] Mia Li: Thanks.\n"
    "[9:06 am] Tom: You are welcome. Shall we move the meeting, then?\n"
    "[9:07 am] Mia Li: Yes, please move it to Friday at ten.\n"
)


def cut(text: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in check_cut(SEGMENTER, text).pieces]


def split(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentences(text, 0, len(text))]


def test_short_sentences_are_joined_and_long_ones_cut_behind_clauses() -> None:
    assert cut(ARTICLE) == [
        "The harbour office opens at half past six. "
        "Dr. Ada Kern, who has led it since 2019, wants longer hours. ",
        "Boats wait. Crews complain. ",
        "Last summer a ferry from Norderney had to turn back, because nobody was there to raise the bridge, ",
        "and its passengers, some of them with connecting trains, spent the night in the hall.\n\n",
        "The council will vote on 12 March. "
        "Until then nothing changes, says the office (see e.g. notice H-114).\n\n",
    ]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Mr. Hale met J. R. Moss at 5 p.m. on Dec. 5. It rained.", 2),
        ("See Fig. 3, e.g. Smith et al. 2020, vs. the U.S. Army.", 1),
        ('"Really?" he asked. "Yes!" (He left.) Then… nothing.', 4),
        ("Version 1.2.3 of setup.cfg costs 3.50 today. Done.", 2),
        ("1. Wash. 2. Dry.", 2),
        ("这是第一句。这是第二句！「真的吗？」好。", 4),  # noqa: RUF001
        ("Wait... what? No way!! Yes.", 3),
        ("no end", 1),
    ],
)
def test_what_ends_a_sentence(text: str, made: int) -> None:
    assert len(split(text)) == made


def test_wrapped_lines_are_one_paragraph_and_short_ones_are_not() -> None:
    wrapped = "The office that keeps the bridge open has been asked to\nstay until ten. All agreed."
    assert cut(wrapped) == [wrapped]
    assert cut("Apples\nPears\nPlums\n") == ["Apples\n", "Pears\n", "Plums\n"]


def test_a_long_turn_is_shown_with_who_speaks() -> None:
    pieces = check_cut(SEGMENTER, TALK).pieces
    said = [TALK[piece.start : piece.end] for piece in pieces]
    assert said[0] == "[9:02 am] Mia Li: Good morning! Did the report arrive?\n"
    assert said[1] == "[9:03 am] Tom: "
    assert (pieces[1].kind, pieces[1].head) == ("heading", None)
    assert [pieces[index].head for index in (2, 3, 4)] == [1, 1, None]
    assert said[2].startswith("Yes. It came last night")
    assert said[4] == "[9:05 am] Mia Li: Thanks.\n"


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE,
        TALK * 2,
        "User: I cannot log in. Please help me.\nAgent: Sure. Which name do you use?\n" * 5,
        "港务局早上六点半开门。市议会将于三月十二日投票。在此之前，一切照旧。" * 12,  # noqa: RUF001
    ],
)
def test_prose_is_known(text: str) -> None:
    assert SEGMENTER.fits(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Done.",
        '{"note": "' + ARTICLE + '"}',
        "def load(path):\n    # Reads it. Then closes it.\n    return open(path).read()\n" * 9,
        "INFO: Started the server. Ready.\nERROR: It failed. Retrying now.\n" * 9,
        "name: harbour\nnote: It opens early. Boats wait.\n" * 9,
        "    12→The office opens early. Boats wait for it every day.\n" * 9,
        "| a | b |\n|---|---|\n" + "| Boats wait. | Crews complain. |\n" * 9,
        "4f2a9c1 Raise the bridge earlier. Fixes the queue.\n" * 9,
        "Fetching the package index from the mirror, please wait. Retrying in five seconds\n" * 9,
        "src/a.py:10: error: Name is not defined. Did you mean another?\n" * 9,
    ],
)
def test_what_is_not_prose_is_left_to_others(text: str) -> None:
    assert not SEGMENTER.fits(text)


def test_blanks_at_line_ends_and_repeated_blank_lines_cost_nothing() -> None:
    assert SEGMENTER.compact("One.  \n\n\n\n  Two.\t\n") == "One.\n\n  Two.\n"
    assert SEGMENTER.compact(ARTICLE) is ARTICLE


_WORDS = st.sampled_from(
    [
        "Mia",
        "the",
        "u.s.",
        "Dr.",
        "e.g.",
        "value_17.",
        "https://a.org/x?y=1",
        "3.50",
        "end.",
        "Why?",
        "好。",
        "Tom:",
        "…",
    ]
)
_BETWEEN = st.sampled_from([" ", "\n", "\n\n", "  ", "", " \n"])


@settings(deadline=None)
@given(
    st.one_of(
        st.lists(st.tuples(_WORDS, _BETWEEN), max_size=80).map(lambda words: "".join(map("".join, words))),
        TEXTS,
        st.text(st.characters(exclude_categories=[])),
    )
)
def test_every_text_is_cut_as_promised(text: str) -> None:
    SEGMENTER.fits(text)
    check_cut(SEGMENTER, text)


@pytest.mark.parametrize(
    "unit", [ARTICLE, TALK, ".", "。", "a. ", ".)", "\n", " ", "word ", "A: b\n", "x", ", "]
)
def test_time_grows_with_the_length_not_its_square(unit: str) -> None:
    check_linear(unit, SEGMENTER.fits, SEGMENTER.cut, SEGMENTER.compact)


def test_a_huge_text_is_cut_more_coarsely() -> None:
    text = ARTICLE * 12_000
    assert len(SEGMENTER.cut(text).pieces) <= 60_000
