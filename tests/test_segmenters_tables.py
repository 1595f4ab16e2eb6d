"""Tables: rows under the header that names their columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.tables import TableSegmenter

from .conversations import TEXTS
from .rows import condensed_of, heads_of, never_slower_than_linear, shuffled
from .segmenting import check_cut

CSV = 'id,name,city\n17,"Li, Mia",Berlin\n18,Bo,\n19,Cy,Rome\n'
TSV = CSV.replace('"Li, Mia"', "Mia").replace(",", "\t")
MARKDOWN = """\
| order   | state     | total |
|:--------|-----------|------:|
| ord-171 | shipped   |  12.5 |
| ord-172 | cancelled |     3 |
"""
PSQL = """\
 id  |  name  | total
-----+--------+-------
 171 | Mia Li |  12.5
 172 | Bo     |     3
(2 rows)
"""
BOXED = """\
+-----+--------+
| id  | name   |
+-----+--------+
| 171 | Mia Li |
| 172 | Bo     |
+-----+--------+
"""
DRAWN = "┌─────┬──────┐\n│ id  │ name │\n├─────┼──────┤\n│ 171 │ Mia  │\n│ 172 │ Bo   │\n└─────┴──────┘\n"
ALIGNED = """\
NAME         READY   STATUS
web-7f9c     1/1     Running
worker-55d   0/1     CrashLoopBackOff
cache-1      1/1     Running
"""
RULED = "Package    Version\n---------- -------\nnumpy      1.26.4\nrequests   2.31.0\nsix        1.16.0\n"
WORDY = """\
CONTAINER ID   CREATED       PORT(S)    NAMES
0c1d55ab90fe   10 days ago   8080/TCP   web
51e7700d1a2b   11 days ago   6379/TCP   cache
9a2be14457c0   12 days ago              worker
"""
UNITS = "item,price (EUR),size (cm)\nchair,79,45\ntable,199,120\nlamp,35,30\n"
FORMS = [CSV, TSV, MARKDOWN, PSQL, BOXED, DRAWN, ALIGNED, RULED, WORDY, UNITS]


@given(
    st.one_of(
        TEXTS, shuffled(*FORMS), st.sampled_from(FORMS).flatmap(lambda form: shuffled(form).map(form.__add__))
    )
)
def test_whatever_the_text_the_cut_holds(text: str) -> None:
    TableSegmenter().fits(text)
    check_cut(TableSegmenter(), text)


@pytest.mark.parametrize(
    ("text", "row", "header"),
    [
        (CSV, '17,"Li, Mia",Berlin', "id,name,city"),
        (TSV, "18\tBo\t", "id\tname\tcity"),
        (MARKDOWN, "| ord-172 | cancelled |     3 |", "| order   | state     | total |"),
        (PSQL, " 171 | Mia Li |  12.5", " id  |  name  | total"),
        (BOXED, "| 172 | Bo     |", "| id  | name   |"),
        (DRAWN, "│ 171 │ Mia  │", "│ id  │ name │"),
        (ALIGNED, "cache-1      1/1     Running", "NAME         READY   STATUS"),
        (RULED, "six        1.16.0", "Package    Version"),
        (
            WORDY,
            "9a2be14457c0   12 days ago              worker",
            "CONTAINER ID   CREATED       PORT(S)    NAMES",
        ),
        (UNITS, "lamp,35,30", "item,price (EUR),size (cm)"),
    ],
)
def test_a_row_stands_under_the_header_of_its_table(text: str, row: str, header: str) -> None:
    assert TableSegmenter().fits(text)
    assert heads_of(TableSegmenter(), text)[row] == [header]


def test_a_second_table_has_a_header_of_its_own() -> None:
    heads = heads_of(TableSegmenter(), MARKDOWN + "\n" + MARKDOWN.replace("or", "mir"))
    assert heads["| mird-171 | shipped   |  12.5 |"] == ["| mirder   | state     | total |"]


def test_a_long_row_is_cut_between_cells() -> None:
    header = ",".join(f"column {n}" for n in range(20))
    rows = "".join(",".join(f"some cell {n} {m}" for n in range(20)) + "\n" for m in range(5))
    text = header + "\n" + rows
    pieces = TableSegmenter().cut(text).pieces
    assert len(pieces) > 10
    assert all(text[piece.end - 1] in ",\n" for piece in pieces)


def test_of_a_row_with_many_cells_those_with_identifiers_can_stand_for_it() -> None:
    row = "17,Mia Li,a most loyal customer here,likes green tea,ord-2214,shipped,by bike,mia@example.org\n"
    text = "id,name,note,taste,last,state,way,mail\n" + row * 3
    assert condensed_of(TableSegmenter(), text)[row] == ("17,…ord-2214,…mia@example.org\n",)


def test_padding_is_not_needed() -> None:
    compact = TableSegmenter().compact
    assert compact(MARKDOWN).splitlines()[1:] == [
        "|:---|---|---:|",
        "| ord-171 | shipped | 12.5 |",
        "| ord-172 | cancelled | 3 |",
    ]
    assert compact(PSQL).splitlines()[:3] == ["id | name | total", "---+---+---", "171 | Mia Li | 12.5"]
    assert compact(ALIGNED).splitlines()[2] == "worker-55d  0/1  CrashLoopBackOff"
    assert compact(CSV) == CSV


def test_where_a_cell_is_empty_the_alignment_says_which_and_stays() -> None:
    text = ALIGNED + "queue-1              Pending\n"
    assert TableSegmenter().fits(text)
    assert TableSegmenter().compact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "First, it rained, then it snowed.\nSecond, we left, and slept.\nThird, we woke, and ate.\n",
        "draw(a, b, c)\ndraw(d, e, f)\ndraw(g, h, i)\n",
        "move(1,2,3)\nmove(4,5,6)\nmove(7,8,9)\n",
        "x = 1\ny = 2\nz = 3\nw = 4\nv = 5\n",
        "a | b\nc | d\n",
        "2024-01-01 12:00:00,123 I a, b\n2024-01-01 12:00:01,456 I c, d\n2024-01-01 12:00:02,1 I e, f\n",
        "One two three.\nTwo one three.\nSix ten four.\nTen one nine.\n",
    ],
)
def test_other_texts_do_not_fit(text: str) -> None:
    assert not TableSegmenter().fits(text)
    assert TableSegmenter().compact(text) == text


def test_time_grows_with_the_length() -> None:
    for unit in ("|", "| ", '"', "-", "a  ", ",", "a,b,c\n"):
        for table in (CSV, MARKDOWN, ALIGNED):
            never_slower_than_linear(TableSegmenter(), unit, before=table)
