"""Texts of several documents: how they are told, and which of their pieces are passages."""

import json
from itertools import groupby
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters import DocumentSegmenter, JsonSegmenter, default_segmenter
from agentcompress.values import Piece

from .retrieved import DOCUMENTS, FORMS, form
from .segmenting import check_cut
from .timing import check_linear

LONG = " ".join(
    f"Lock {n} of the canal was rebuilt by hand in the cold spring of that year." for n in range(99)
)


def passages(pieces: list[Piece], text: str) -> list[str]:
    """The text of each passage."""
    grouped = groupby(pieces, attrgetter("passage"))
    return [
        "".join(text[piece.start : piece.end] for piece in members) for number, members in grouped if number
    ]


@pytest.mark.parametrize("name", FORMS)
def test_each_document_is_a_passage_whatever_stands_between_them(name: str) -> None:
    text = form(name, DOCUMENTS)
    found = passages(list(default_segmenter().cut(text).pieces), text)
    assert len(found) == len(DOCUMENTS)
    assert all(document in passage for document, passage in zip(DOCUMENTS, found, strict=True))


def test_a_long_document_is_several_passages() -> None:
    for text in ("\n\n".join([LONG, *DOCUMENTS]), json.dumps([LONG, *DOCUMENTS])):
        sizes = [len(passage) for passage in passages(list(default_segmenter().cut(text).pieces), text)]
        assert len(sizes) > len(DOCUMENTS) + 4
        assert max(sizes) < 1_500


def test_a_line_is_a_better_end_than_its_middle() -> None:
    told = "The keeper wrote down what the river did that night, hour by hour. " * 4
    text = "\n".join(f"{told}It rose {n} times." for n in range(9))
    found = passages(list(default_segmenter().cut(text).pieces), text)
    assert len(found) > 2
    assert all(passage.strip().endswith("times.") for passage in found)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"order": n, "status": "open", "note": "Rings twice."} for n in range(200)]),
        json.dumps({"report": LONG, "pages": [1, 2, 3]}),
        json.dumps([{"text": DOCUMENTS[0]}, {"text": DOCUMENTS[1]}]),
    ],
)
def test_records_of_values_and_single_texts_have_no_passages(text: str) -> None:
    assert not any(piece.passage for piece in JsonSegmenter().cut(text).pieces)


def test_settings_and_code_between_blank_lines_are_no_documents() -> None:
    settings = "\n\n".join(
        f"[section {n}]\nname = value {n}\npath = /srv/data/{n}\nmode: strict" for n in range(60)
    )
    code = "\n\n".join(
        f"value_{n} = compute(other_{n}, 'Runs it once more. And again.')  # see {n}" for n in range(60)
    )
    assert not DocumentSegmenter().fits(settings)
    assert not DocumentSegmenter().fits(code)


@given(
    st.lists(st.sampled_from([*DOCUMENTS[:3], LONG, "", "Title", "---", "<doc>", "a\nb", "\r\n"]), max_size=9)
)
def test_passages_are_numbered_in_order_without_gaps(parts: list[str]) -> None:
    for text in (
        "\n\n".join(parts),
        "\n".join(parts),
        json.dumps(parts),
        json.dumps([{"t": p} for p in parts]),
    ):
        if not text:
            continue
        numbers = [piece.passage for piece in check_cut(default_segmenter(), text).pieces if piece.passage]
        assert numbers == sorted(numbers)
        assert set(numbers) == set(range(1, len(set(numbers)) + 1))


@pytest.mark.parametrize("unit", ["ab\n\n", "<a>\n", "\n \n", "x. \n\n"])
def test_time_grows_as_the_text_does(unit: str) -> None:
    documents = DocumentSegmenter()
    check_linear(unit, documents.fits, documents.cut, before="\n\n".join(DOCUMENTS), size=40_000)
