"""Web-search results: entries of title, address and snippet."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.segmenters.search_results import SearchResultSegmenter
from agentcompress.values import Cut

from .conversations import TEXTS
from .segmenting import check_cut
from .timing import check_linear

SEGMENTER = SearchResultSegmenter()
SNIPPET = (
    "The harbour bridge opens at 06:30 on weekdays. Large ships must book a day ahead with office H-114."
)
LONG = (
    f"{SNIPPET} Fees depend on length and are paid at the lock. Night passages cost twice as much as by day."
)
TRACKED = "https://example.org/harbour/fees?utm_source=feed&utm_campaign=summer_2024_b&ref=1a2b3c4d"


def numbered(number: int) -> str:
    return (
        f"{number}. Harbour fees {number}\n   URL: https://example.org/fees/{number}\n   Summary: {LONG}\n\n"
    )


def linked(number: int) -> str:
    return f"{number}. [Harbour fees {number}](https://example.org/fees/{number})\n{LONG}\n"


def labelled(number: int) -> str:
    return f"Title: Harbour fees {number}\nURL: https://example.org/{number}\nContent: {LONG}\nScore: 0.9\n\n"


def address_first(number: int) -> str:
    return f"URL: https://example.org/{number}\nTitle: Harbour fees {number}\nSnippet: {LONG}\n\n"


def cited(number: int) -> str:
    return (
        f"[{number}] Title: Harbour fees {number}\n[{number}] URL Source: https://example.org/{number}\n"
        f"[{number}] Description: {LONG}\n\n"
    )


def bare(number: int) -> str:
    return f"Harbour fees {number}\nhttps://example.org/fees/{number}\n{LONG}\n\n"


SHAPES = [numbered, linked, labelled, address_first, cited, bare]
HEAD = "Found 3 results for harbour fees:\n\n"


def results(shape: int, count: int = 3) -> str:
    return HEAD + "".join(SHAPES[shape](number) for number in range(1, count + 1))


def heads(cut: Cut, text: str) -> dict[str, str | None]:
    shown = [text[piece.start : piece.end].strip() for piece in cut.pieces]
    return {
        said: None if piece.head is None else shown[piece.head]
        for piece, said in zip(cut.pieces, shown, strict=True)
    }


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_no_snippet_stands_without_its_title(shape: int) -> None:
    text = results(shape)
    assert SEGMENTER.fits(text)
    cut = check_cut(SEGMENTER, text)
    for piece in cut.pieces:
        said = text[piece.start : piece.end]
        if "bridge" in said or "Night" in said:
            entry = text.count("Harbour fees ", 0, piece.start)
            assert piece.head is not None
            title = cut.pieces[piece.head]
            assert title.kind == "heading"
            assert f"Harbour fees {entry}" in text[title.start : title.end]
            assert title.end - title.start <= 160


def test_an_address_is_a_piece_of_its_own() -> None:
    text = results(0)
    shown = heads(check_cut(SEGMENTER, text), text)
    assert shown["URL: https://example.org/fees/2"] == "2. Harbour fees 2"
    assert shown["Found 3 results for harbour fees:"] is None


def test_the_long_address_of_a_linked_title_is_not_shown_with_every_sentence() -> None:
    entry = f"1. [Harbour fees]({TRACKED}{'&more=x' * 12})\n{LONG}\n"
    text = entry + entry.replace("1.", "2.")
    pieces = check_cut(SEGMENTER, text).pieces
    titles = {pieces[piece.head] for piece in pieces if piece.head is not None}
    shown = {text[title.start : title.end] for title in titles}
    assert shown == {"1. [Harbour fees](", "2. [Harbour fees]("}


def test_a_long_query_can_be_left_out_of_an_address() -> None:
    text = "".join(f"Fees {number}\n{TRACKED}\n{SNIPPET}\n\n" for number in range(2))
    forms = {form for piece in check_cut(SEGMENTER, text).pieces for form in piece.condensed}
    assert forms == {"https://example.org/harbour/fees…\n"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        SNIPPET * 5,
        numbered(1),
        "1. Wash\n2. Dry\n3. Fold\n" * 9,
        "".join(f"- [Page {n}](https://example.org/{n})\n" for n in range(9)),
        "".join(f"GET https://example.org/{n} 200\n" for n in range(9)),
        "# Notes\n\nSee https://example.org/a and https://example.org/b.\n" + SNIPPET * 3,
        '[{"title": "a", "url": "https://example.org/a"}, {"title": "b", "url": "https://example.org/b"}]',
    ],
)
def test_anything_else_is_not_taken_for_search_results(text: str) -> None:
    assert not SEGMENTER.fits(text)
    check_cut(SEGMENTER, text)


_LINES = st.sampled_from(
    [
        "1. Harbour fees",
        "[2] Title: Fees",
        "URL: https://example.org/a_b?x=1",
        f"3. [Fees]({TRACKED})",
        TRACKED,
        LONG,
        "",
        "  ",
        "Title: " + "fee schedule " * 20,
        "Published: 2024-05-01",
        "---",
    ]
)


@settings(deadline=None)
@given(
    st.one_of(
        st.lists(_LINES, max_size=25).map("\n".join), TEXTS, st.text(st.characters(exclude_categories=[]))
    )
)
def test_every_text_is_cut_as_promised(text: str) -> None:
    SEGMENTER.fits(text)
    check_cut(SEGMENTER, text)


@pytest.mark.parametrize(
    "unit",
    [
        labelled(7),
        "1. a\n",
        "https://",
        "[",
        "](",
        "https://a",
        "[https://a",
        "\n",
        " ",
        "#",
        "1. [a](https://b)\n",
    ],
)
def test_time_grows_with_the_length_not_its_square(unit: str) -> None:
    check_linear(unit, SEGMENTER.fits, SEGMENTER.cut, SEGMENTER.compact)
