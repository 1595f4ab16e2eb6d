"""Names with values, under the names that they are indented below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.pairs import PairSegmenter

from .conversations import TEXTS
from .rows import condensed_of, heads_of, never_slower_than_linear, pieces_of, shuffled
from .segmenting import check_cut

YAML = """\
services:
- name: shop
  ports:
    http: 8080
    admin: 9090
- name: mail
  note: sends what the shop
    has to say
version: 3
"""
INI = "[server]\nhost = example.org\nport = 8443\n\n; who may\n[users]\nadmin = mia\n"
ENV = "HOME=/home/mia\nPATH=/usr/bin:/bin\nexport SHOP_ID=ord-17\n"
HEADERS = "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 1256\nX-Request-Id: 7f3a-91\n"
PADDED = (
    "Architecture:        x86_64\nCPU(s):              16\nModel name:          Fast 9000\nVendor ID:  Acme\n"
)
FIELDS = "Order(" + ", ".join(f"field_{n}={n}, name_{n}='item {n}'" for n in range(20)) + ")"
LINE = "; ".join(f"Colour {n}: dark red; Size {n}: {n}0 cm" for n in range(12)) + ";\n"
OBJECT = "Order(\n    id=17,\n    buyer=User(\n        name='Mia',\n        mail=None,\n    ),\n)\n"
FORMS = [YAML, INI, ENV, HEADERS, FIELDS, LINE, OBJECT]


@given(st.one_of(TEXTS, shuffled(*FORMS, PADDED)))
def test_whatever_the_text_the_cut_holds(text: str) -> None:
    PairSegmenter().fits(text)
    check_cut(PairSegmenter(), text)


@pytest.mark.parametrize("text", FORMS)
def test_every_usual_form_fits(text: str) -> None:
    assert PairSegmenter().fits(text)


def test_a_name_stands_under_those_it_is_indented_below() -> None:
    heads = heads_of(PairSegmenter(), YAML)
    assert heads["    admin: 9090"] == ["  ports:", "- name: shop", "services:"]
    assert heads["    has to say"] == ["  note: sends what the shop", "- name: mail", "services:"]
    assert heads["version: 3"] == []


def test_a_setting_stands_under_its_section() -> None:
    heads = heads_of(PairSegmenter(), INI)
    assert heads["port = 8443"] == ["[server]"]
    assert heads["admin = mia"] == ["[users]"]


@pytest.mark.parametrize("text", [FIELDS, LINE])
def test_a_long_line_is_cut_between_names(text: str) -> None:
    pieces = pieces_of(PairSegmenter(), text)
    assert len(pieces) > 3
    assert all(piece.startswith(("field_", "name_", "Colour", "Size")) for piece in pieces[1:])
    assert {piece.head for piece in PairSegmenter().cut(text).pieces[1:]} == {0}


def test_a_wordy_value_can_be_shown_by_its_beginning() -> None:
    line = "description: what the shop sells in the summer and what it buys for the long winter months\n"
    text = f"name: shop\n{line}owner: mia\n"
    assert condensed_of(PairSegmenter(), text) == {
        line: ("description: what the shop sells in the summer and what it…\n",)
    }


def test_spaces_that_align_values_are_not_needed() -> None:
    compact = PairSegmenter().compact(PADDED)
    assert compact.splitlines()[:2] == ["Architecture: x86_64", "CPU(s):              16"]
    assert PairSegmenter().compact(YAML) == YAML


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import os\nx = 1\nfor y in z:\n    print(y)\nif x == 1:\n    x = 2\nreturn x\n",
        "INFO: started\nINFO: ready\nERROR: disk full\nDEBUG: done\n",
        "Mia: hello, how are you doing on this fine day?\nBo: well, it rains since the day we met here.\n"
        * 3,
        "Note: that is all there is to say about it.\nWe went home and slept.\nThen it was late.\n",
        "a.py::test_one PASSED\nb.py::test_two FAILED\n",
        "Collecting numpy\n  Using cached numpy.whl\nCollecting six\n  Using cached six.whl\n",
    ],
)
def test_other_texts_do_not_fit(text: str) -> None:
    assert not PairSegmenter().fits(text)


def test_time_grows_with_the_length() -> None:
    for unit in (*FORMS, "a b ", "a: ", " ", "- ", "[", "a=1, ", "x", '"'):
        never_slower_than_linear(PairSegmenter(), unit)
