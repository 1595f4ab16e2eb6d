"""Lines that were searched for, with the file and the line number they were found at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.matches import MatchSegmenter

from .conversations import TEXTS
from .rows import condensed_of, heads_of, never_slower_than_linear, pieces_of, shuffled
from .segmenting import check_cut

IN_FILES = """\
src/app/cart.py:17:    def total(self):
src/app/cart.py:203:        return self.total()
tests/test_cart.py:8:    assert cart.total() == 3
"""
WITH_COLUMN = "src/a.ts:4:10:const total = 1\nsrc/a.ts:90:2:total += 1\n"
WITHOUT_NUMBER = "src/app/cart.py:    def total(self):\nsrc/app/shop.py:total = 3\n"
ONE_FILE = "17:    def total(self):\n203:        return self.total()\n"
CONTEXT = """\
src/app/cart.py-16-    @property
src/app/cart.py:17:    def total(self):
src/app/cart.py-18-        return 3
--
src/app/shop.py-40-
src/app/shop.py:41:    cart.total()
"""
HEADINGS = """\
src/app/cart.py
17:    def total(self):
18-        return 3
--
203:        return self.total()

tests/test_cart.py
8:    assert cart.total() == 3
"""
WINDOWS = "C:\\src\\cart.cs:17:int Total()\nC:\\src\\shop.cs:20:cart.Total()\n"
LONG = "src/bundle.js:12:" + "var total = function (cart) { return cart.sum; }; " * 8 + "\n"
COMPILER = (
    "src/cart.ts(4,10): error TS2322: Type 'string' is not a number.\nsrc/shop.ts(90,2): error TS1005.\n"
)
FORMS = [IN_FILES, WITH_COLUMN, WITHOUT_NUMBER, ONE_FILE, CONTEXT, HEADINGS, WINDOWS, COMPILER]


@given(st.one_of(TEXTS, shuffled(*FORMS, LONG)))
def test_whatever_the_text_the_cut_holds(text: str) -> None:
    MatchSegmenter().fits(text)
    check_cut(MatchSegmenter(), text)


@pytest.mark.parametrize("text", FORMS)
def test_every_usual_form_fits_and_is_cut_into_lines(text: str) -> None:
    assert MatchSegmenter().fits(text)
    assert [line for line in text.splitlines() if line] == [
        line.rstrip("\n") for line in pieces_of(MatchSegmenter(), text)
    ]


@pytest.mark.parametrize("text", [*FORMS, LONG, LONG + IN_FILES])
def test_the_place_of_a_hit_survives_in_every_form_of_it(text: str) -> None:
    cut = MatchSegmenter().cut(text)
    for piece in cut.pieces:
        place = text[piece.start : piece.end].split(":")[:2]
        if piece.kind == "record" and piece.head is None and len(place) == 2:
            for form in piece.condensed:
                assert form.startswith(":".join(place) + ":")
                assert form.endswith("\n")


def test_grouped_hits_stand_under_their_path() -> None:
    heads = heads_of(MatchSegmenter(), HEADINGS)
    assert heads["203:        return self.total()"] == ["src/app/cart.py"]
    assert heads["8:    assert cart.total() == 3"] == ["tests/test_cart.py"]
    assert heads_of(MatchSegmenter(), IN_FILES)["src/app/cart.py:17:    def total(self):"] == []


def test_a_command_that_names_the_file_heads_the_hits_in_it() -> None:
    text = "grep -n total src/app/cart.py\n" + ONE_FILE
    assert heads_of(MatchSegmenter(), text)["17:    def total(self):"] == ["grep -n total src/app/cart.py"]


def test_the_rest_of_a_long_hit_stands_under_its_place() -> None:
    pieces = MatchSegmenter().cut(LONG).pieces
    assert len(pieces) > 3
    assert LONG[pieces[0].start : pieces[0].end].startswith("src/bundle.js:12:var total")
    assert {piece.head for piece in pieces[1:]} == {0}


def test_a_wordy_hit_can_be_shown_by_its_place_and_beginning() -> None:
    line = "src/app/cart.py:17:    # The total is what the customer has to pay in the end, taxes included.\n"
    (short,) = condensed_of(MatchSegmenter(), line * 2)[line]
    assert short == "src/app/cart.py:17:    # The total is what the customer has…\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12:30:01 started\n12:30:02 ready\n12:30:05 stopped\n",
        "2024-01-01T12:30:01 started\n2024-01-01T12:30:02 ready\n",
        "1:import os\n2:\n3:def run():\n4:    return os.getcwd()\n5:\n6:run()\n",
        "server.port: 80\nserver.host: example.org\nserver.name: shop\n",
        "https://example.org/a: ok\nhttps://example.org/b: gone\n",
        "One thing: it is late.\nAnother: it rains.\n",
        "a.py::test_one PASSED\na.py::test_two PASSED\n",
    ],
)
def test_other_texts_with_colons_do_not_fit(text: str) -> None:
    assert not MatchSegmenter().fits(text)


def test_hits_are_not_compacted() -> None:
    assert MatchSegmenter().compact(IN_FILES) == IN_FILES


def test_time_grows_with_the_length() -> None:
    for unit in (*FORMS, LONG, "a/b-1", "1:", "a:", "./", "--\n"):
        never_slower_than_linear(MatchSegmenter(), unit)
