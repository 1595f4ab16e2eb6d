"""Listings with line numbers."""

import pytest

from agentcompress.segmenters.code import CodeSegmenter
from agentcompress.segmenters.code.numbered import listings, without_padding

from .segmenting import check_cut

CODE = CodeSegmenter()
LINES = ["class Basket:", "    def total(self):", "        n = 1", "", "        return n"]


@pytest.mark.parametrize(
    "form", ["{:6d}\t{}", "{:6d}→{}", "{}: {}", "{}:{}", "Line {}: {}", "{:4d} | {}", "{:5d}   │ {}", "{}→{}"]
)
@pytest.mark.parametrize("first", [1, 98])
def test_numbers_are_told_from_code(form: str, first: int) -> None:
    words = "Here is `cat -n` on /srv/shop/basket.py:\n"
    text = words + "\n".join(form.format(first + i, line) for i, line in enumerate(LINES)) + "\nReview it.\n"
    assert CODE.fits(text)
    (run,) = listings(text)
    assert [text[row.code : row.end].rstrip() for row in run] == [line.rstrip() for line in LINES]
    pieces = check_cut(CODE, text).pieces
    shown = [text[piece.start : piece.end] for piece in pieces]
    assert shown[0] == words
    assert shown[-1] == "Review it.\n"
    assert [piece.kind for piece in pieces] == ["line", "heading", "heading", "code", "code", "line"]
    assert [piece.head for piece in pieces] == [None, None, 1, 2, 2, None]
    assert str(first + 3) in shown[3], "a blank line stands with the line before"


def test_the_first_line_may_stand_behind_words() -> None:
    text = "It returned: Line 7:int a;\nLine 8:int b;\nLine 9:\nLine 10:int c;\n"
    shown = [text[piece.start : piece.end] for piece in check_cut(CODE, text).pieces]
    assert shown == ["It returned: ", "Line 7:int a;\n", "Line 8:int b;\nLine 9:\n", "Line 10:int c;\n"]


def test_several_files_are_parsed_each_by_itself() -> None:
    text = "a.py\n  1\tclass A:\n  2\t    x = 1\n  3\t    y = 2\n"
    text += "b.go\n  1\tpackage b\n  2\tfunc f() {\n  3\t\treturn\n  4\t}\n"
    pieces = check_cut(CODE, text).pieces
    shown = [text[piece.start : piece.end].split("\t", 1)[-1] for piece in pieces]
    heads = {
        line: None if piece.head is None else shown[piece.head]
        for line, piece in zip(shown, pieces, strict=True)
    }
    assert heads["    y = 2\n"] == "class A:\n"
    assert heads["\treturn\n"] == "func f() {\n"
    assert heads["package b\n"] is None


def test_a_gap_in_the_numbers_ends_a_listing() -> None:
    assert [len(run) for run in listings("1: a\n2: b\n3: c\n9: d\n10: e\n11: f\n40: g\n")] == [3, 3]


@pytest.mark.parametrize(
    "text",
    [
        "1\tann\t3\n2\tbob\t4\n3\tcat\t5\n",
        " id | name\n----+------\n  1 | ann\n  2 | bob\n  3 | cat\n",
        "10:00 rise\n11:00 work\n12:00 eat\n",
        "1. one\n2. two\n3. three\n",
        "3: a\n5: b\n9: c\n",
        "3:a\n4-b\n5:c\n",
    ],
)
def test_other_numbers_are_no_listing(text: str) -> None:
    assert listings(text) == []
    assert without_padding(text) == text


def test_compact_drops_the_padding_of_listings_only() -> None:
    text = "  5 left\n   99\ta\n  100\t   b\n  101\tc\n   7 done\n"
    assert CODE.compact(text) == "  5 left\n99\ta\n100\t   b\n101\tc\n   7 done\n"
    check_cut(CODE, text)
